import { type ReactNode, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useMay, useNamespaceId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { CredentialEnd } from "./credential-end.tsx";
import { DeleteProvider } from "./delete-provider.tsx";
import { ProviderForm } from "./provider-form.tsx";
import type { Provider, ProviderType } from "./provider-parts.ts";
import { Health, RegistrationList } from "./registration-list.tsx";

interface ProviderCardProps {
  provider: Provider;
  /** Undefined where this server does not know the service any more. */
  type: ProviderType | undefined;
  providers: readonly Provider[];
}

/** One configured account: whose it is, how it is, who uses it. */
export function ProviderCard({ provider, type, providers }: ProviderCardProps) {
  const mayWrite = useMay("provider.write");
  const check = useCheck(provider);
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2 [overflow-wrap:anywhere]">
          {type?.title ?? provider.type}
          <span className="font-normal text-soft">{provider.alias}</span>
          <Health status={provider.status} />
        </span>
      }
      actions={
        mayWrite ? (
          <>
            <Button isBusy={check.isPending} onClick={check.run}>
              {check.isPending ? "Checking" : "Check now"}
            </Button>
            {type === undefined ? undefined : <EditProvider {...{ provider, type, providers }} />}
            <DeleteProvider provider={provider} />
          </>
        ) : undefined
      }
    >
      <div className="grid min-w-0 gap-4">
        {provider.failure === undefined ? undefined : (
          <p className="rounded-lg bg-danger-soft px-3 py-2 text-danger [overflow-wrap:anywhere]">
            {provider.failure}
          </p>
        )}
        <Problem error={check.error} />
        <dl className="grid grid-cols-2 gap-x-6 gap-y-3 lg:grid-cols-4">
          <Fact title="Account">{provider.account === "" ? "unknown" : provider.account}</Fact>
          <Fact title="Last used">
            {provider.lastUsedAt === undefined ? "never" : <Ago at={provider.lastUsedAt} />}
          </Fact>
          <Fact title="Used by">
            {provider.usedBy.length === 0 ? "no live version" : provider.usedBy.join(", ")}
          </Fact>
          <Fact title="Credential ends">
            <CredentialEnd at={provider.credentialExpiresAt} />
          </Fact>
          <Fact title="Changed">
            <Ago at={provider.updatedAt} /> by {provider.updatedBy}
          </Fact>
          {Object.entries(provider.fields).map(([name, value]) => (
            <Fact key={name} title={labelOf(type, name)}>
              {value}
            </Fact>
          ))}
          {provider.secretFields.map((name) => (
            <Fact key={name} title={labelOf(type, name)}>
              set, never shown
            </Fact>
          ))}
        </dl>
        {provider.eventUrl === undefined ? undefined : (
          <div>
            <p className="text-xs text-soft">Give this address to the service, for its events:</p>
            <p className="flex items-center gap-1 font-mono text-xs [overflow-wrap:anywhere]">
              {provider.eventUrl}
              <CopyButton text={provider.eventUrl} label="Copy the event address" />
            </p>
          </div>
        )}
        {provider.registrations.length === 0 ? undefined : (
          <RegistrationList registrations={provider.registrations} />
        )}
      </div>
    </Card>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-soft">{title}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}

function labelOf(type: ProviderType | undefined, name: string): string {
  return type?.fields.find((field) => field.name === name)?.label ?? name;
}

/** Tries the credential and the webhooks at the service, and says what came of it. */
function useCheck(provider: Provider) {
  const namespaceId = useNamespaceId();
  const check = useChange("checkProvider");
  const say = useSay();
  const run = async () => {
    const { status } = await check.mutateAsync({ params: { namespaceId, providerId: provider.id } });
    say(status === "working" ? "It works" : "It fails");
  };
  return { isPending: check.isPending, error: check.error, run: () => void run().catch(() => undefined) };
}

interface EditProviderProps {
  provider: Provider;
  type: ProviderType;
  providers: readonly Provider[];
}

function EditProvider({ provider, type, providers }: EditProviderProps) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Edit or rotate</Button>
      <Dialog
        isOpen={isOpen}
        onClose={close}
        title={`${type.title}, ${provider.alias}`}
        lead="What you leave as it is stays: a secret is replaced only where you enter another."
      >
        <ProviderForm type={type} providers={providers} present={provider} onDone={close} />
      </Dialog>
    </>
  );
}
