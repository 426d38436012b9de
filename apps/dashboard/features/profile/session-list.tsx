import { useApi, useChange } from "../../lib/api.ts";
import { clientWords } from "../../lib/client-words.ts";
import { useSignOut } from "../../lib/sign-out.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Loading } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { useSay } from "../../ui/toasts.tsx";

const COLUMNS = [
  { title: "Where" },
  { title: "From" },
  { title: "Since" },
  { title: "Last used" },
  { title: "Actions", isHidden: true },
];

/** Browsers and command lines that are signed in as this person. */
export function SessionList() {
  const sessions = useApi("listSessions", {});
  const revoke = useChange("revokeSession");
  const signOut = useSignOut();
  const say = useSay();
  return (
    <QueryView query={sessions} loading={<Loading rows={2} />}>
      {({ items }) => (
        <>
          <Table label="Where you are signed in" columns={COLUMNS}>
            {items.map((session) => {
              const words = clientWords(session.client);
              return (
                <Row key={session.id}>
                  <Cell className="max-w-80 min-w-44">
                    <span className="flex items-center gap-2">
                      <span className="truncate font-medium" title={session.client}>
                        {words}
                      </span>
                      {session.isCurrent ? <Badge tone="good">this one</Badge> : undefined}
                    </span>
                    <span className="text-xs text-soft">
                      {session.kind === "cli" ? "command line" : "browser"}
                    </span>
                  </Cell>
                  <Cell className="font-mono text-xs whitespace-nowrap text-soft">{session.address}</Cell>
                  <Cell>
                    <Ago at={session.createdAt} />
                  </Cell>
                  <Cell>
                    <Ago at={session.lastUsedAt} />
                  </Cell>
                  <Cell className="text-right">
                    {session.isCurrent ? (
                      <Button
                        look="quiet"
                        onClick={() =>
                          void signOut().catch(() => say("That did not work", "You are still signed in."))
                        }
                      >
                        Sign out
                      </Button>
                    ) : (
                      <Button
                        look="quiet"
                        aria-label={`End ${words}, ${session.address}`}
                        isBusy={revoke.isPending && revoke.variables.params.sessionId === session.id}
                        onClick={() => revoke.mutate({ params: { sessionId: session.id } })}
                      >
                        End
                      </Button>
                    )}
                  </Cell>
                </Row>
              );
            })}
          </Table>
          {revoke.error === null ? undefined : (
            <div className="px-4 pb-4">
              <Problem error={revoke.error} />
            </div>
          )}
        </>
      )}
    </QueryView>
  );
}
