import type { RouteAnswer, Routes } from "@floww/contract/api";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { itemsOf, useApiPages, useChange } from "../../lib/api.ts";
import { useMe } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { SearchInput } from "../../ui/search-input.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { useSay } from "../../ui/toasts.tsx";

type User = RouteAnswer<Routes["adminListUsers"]>["items"][number];

const COLUMNS = [
  { title: "Person" },
  // Beside it, so that it is in sight on a phone.
  { title: "Actions", isHidden: true },
  { title: "Organizations" },
  { title: "Joined" },
  { title: "Last seen" },
];

/** Everybody with an account on the server. */
export function AdminUsers() {
  const [search, setSearch] = useState("");
  const users = useApiPages("adminListUsers", { query: { search } });
  const me = useMe();
  return (
    <Card
      isFlush
      title="Users"
      actions={<SearchInput label="Search by name or e-mail" value={search} onChange={setSearch} />}
    >
      <QueryView query={users}>
        {(data) => {
          const items = itemsOf(data);
          if (items.length === 0) return <Empty title="Nobody fits this search" />;
          return (
            <>
              <Table label="Users" columns={COLUMNS}>
                {items.map((user) => (
                  <Row key={user.id}>
                    <Cell className="min-w-48">
                      <span className="flex flex-wrap items-center gap-1.5 font-medium [overflow-wrap:anywhere]">
                        {user.name}
                        {user.isAdministrator ? <Badge tone="accent">administrator</Badge> : undefined}
                        {user.blockedAt === undefined ? undefined : <Badge tone="danger">blocked</Badge>}
                      </span>
                      <span className="block text-soft [overflow-wrap:anywhere]">{user.email}</span>
                    </Cell>
                    <Cell>
                      <UserActions user={user} isMe={user.id === me?.id} />
                    </Cell>
                    <Cell className="min-w-40">
                      <Organizations user={user} />
                    </Cell>
                    <Cell>
                      <Ago at={user.createdAt} />
                    </Cell>
                    <Cell>
                      {user.lastSeenAt === undefined ? (
                        <span className="text-soft">never</span>
                      ) : (
                        <Ago at={user.lastSeenAt} />
                      )}
                    </Cell>
                  </Row>
                ))}
              </Table>
              <MoreButton pages={users} />
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}

function Organizations({ user: { organizations } }: { user: User }) {
  if (organizations.length === 0) return <span className="text-soft">none</span>;
  return (
    <ul>
      {organizations.map(({ id, name, role }) => (
        <li key={id} className="[overflow-wrap:anywhere]">
          {name} <span className="text-soft">({role})</span>
        </li>
      ))}
    </ul>
  );
}

interface Change {
  body: { isAdministrator?: boolean; isBlocked?: boolean };
  item: string;
  title: string;
  says: string;
  action: string;
  isDangerous: boolean;
}

function changesOf({ name, isAdministrator, blockedAt }: User, isMe: boolean): Change[] {
  const administrator: Change = isAdministrator
    ? {
        body: { isAdministrator: false },
        item: "Take back administrator",
        title: `Is ${name} no administrator any more?`,
        says: isMe
          ? "This page closes for you. Another administrator can open it again."
          : "The admin page closes for them; their organizations stay open to them.",
        action: "Take it back",
        isDangerous: true,
      }
    : {
        body: { isAdministrator: true },
        item: "Make administrator",
        title: `Make ${name} an administrator?`,
        says: "They will see everybody on this server and can block them, add organizations and turn things off.",
        action: "Make administrator",
        isDangerous: false,
      };
  const blocked: Change =
    blockedAt === undefined
      ? {
          body: { isBlocked: true },
          item: "Block",
          title: `Block ${name}?`,
          says: "They are signed out everywhere at once, on browsers and command lines. Keys that they made end for good, and whatever uses those stops working.",
          action: "Block",
          isDangerous: true,
        }
      : {
          body: { isBlocked: false },
          item: "Let in again",
          title: `Let ${name} in again?`,
          says: "They can sign in again. Sessions and keys that ended stay ended.",
          action: "Let in again",
          isDangerous: false,
        };
  return isMe ? [administrator] : [administrator, blocked];
}

function UserActions({ user, isMe }: { user: User; isMe: boolean }) {
  const [asked, setAsked] = useState<Change>();
  const update = useChange("adminUpdateUser");
  const say = useSay();
  const close = () => {
    setAsked(undefined);
    update.reset();
  };
  const confirm = async ({ body, item }: Change) => {
    await update.mutateAsync({ params: { userId: user.id }, body });
    close();
    say(`${user.name}: ${item.toLowerCase()}`);
  };
  return (
    <>
      <Menu
        label={`Actions for ${user.name}`}
        triggerClassName="inline-flex size-8 items-center justify-center rounded-lg hover:bg-hover"
        trigger={<Ellipsis size={16} aria-hidden="true" />}
      >
        {changesOf(user, isMe).map((change) => (
          <MenuItem key={change.item} isDangerous={change.isDangerous} onSelect={() => setAsked(change)}>
            {change.item}
          </MenuItem>
        ))}
      </Menu>
      {asked === undefined ? undefined : (
        <Confirm
          isOpen
          onClose={close}
          title={asked.title}
          action={asked.action}
          isDangerous={asked.isDangerous}
          change={update}
          onConfirm={() => void confirm(asked).catch(() => undefined)}
        >
          {asked.says}
        </Confirm>
      )}
    </>
  );
}
