import { AddPasskey } from "../features/profile/add-passkey.tsx";
import { ChangeName } from "../features/profile/change-name.tsx";
import { ChangePassword } from "../features/profile/change-password.tsx";
import { ChooseTheme } from "../features/profile/choose-theme.tsx";
import { OwnKeys } from "../features/profile/own-keys.tsx";
import { PasskeyList } from "../features/profile/passkey-list.tsx";
import { SessionList } from "../features/profile/session-list.tsx";
import { useApi } from "../lib/api.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";

export function ProfilePage() {
  const signIn = useApi("getSignIn", {});
  return (
    <>
      <PageHeader title="Profile" />
      <QueryView query={signIn}>
        {({ by, passkeysRefused }) => (
          <div className="grid gap-4 lg:grid-cols-2">
            <div className="grid content-start gap-4">
              <Card title="You">
                <ChangeName isOurs={by === "password"} />
              </Card>
              <Card title="Theme">
                <ChooseTheme />
              </Card>
            </div>
            {by === "password" ? (
              <Card title="Password">
                <ChangePassword />
              </Card>
            ) : (
              <Card title="Sign-in">
                <p className="text-soft">
                  Your identity provider signs you in. Password, passkeys and further factors are its to keep.
                </p>
              </Card>
            )}
            {by === "password" ? (
              <Card
                title="Passkeys"
                isFlush
                className="lg:col-span-2"
                actions={passkeysRefused === undefined ? <AddPasskey /> : undefined}
              >
                <PasskeyList refused={passkeysRefused} />
              </Card>
            ) : undefined}
            <Card title="Where you are signed in" isFlush className="lg:col-span-2">
              <SessionList />
            </Card>
            <Card title="Keys that you made" isFlush className="lg:col-span-2">
              <OwnKeys />
            </Card>
          </div>
        )}
      </QueryView>
    </>
  );
}
