import { isRoleAtMost } from "@floww/contract/api";
import { useState } from "react";
import { useApi } from "../../lib/api.ts";
import { useMay, useMe, useOrganization, useOrganizationId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { MenuItem } from "../../ui/menu.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { RoleBadge } from "../../ui/role-badge.tsx";
import { RowMenu } from "../../ui/row-menu.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { ChangeRole } from "./change-role.tsx";
import type { Member } from "./member.ts";
import { RemoveMember } from "./remove-member.tsx";

const COLUMNS = [
  { title: "Name" },
  { title: "Role" },
  { title: "Joined" },
  { title: "Actions", isHidden: true },
];

/** The people of the address's organization. */
export function MemberList() {
  const organizationId = useOrganizationId();
  const me = useMe();
  const ownRole = useOrganization()?.role;
  const mayManage = useMay("members.manage");
  const members = useApi("listMembers", { params: { organizationId } });
  const [changing, setChanging] = useState<Member>();
  const [removing, setRemoving] = useState<Member>();
  return (
    <QueryView query={members}>
      {({ items }) => (
        <>
          <Table label="People" columns={COLUMNS}>
            {items.map((member) => (
              <Row key={member.userId}>
                <Cell className="max-w-52 min-w-44 sm:max-w-80">
                  <span className="flex items-center gap-2">
                    <span className="truncate font-medium">{member.name}</span>
                    {member.userId === me?.id ? <Badge>you</Badge> : undefined}
                  </span>
                  <span className="block truncate text-soft">{member.email}</span>
                </Cell>
                <Cell>
                  <RoleBadge role={member.role} />
                </Cell>
                <Cell>
                  <Ago at={member.joinedAt} />
                </Cell>
                <Cell className="text-right">
                  {mayManage && ownRole !== undefined && isRoleAtMost(member.role, ownRole) ? (
                    <RowMenu label={`Actions for ${member.name}`}>
                      <MenuItem onSelect={() => setChanging(member)}>Change role</MenuItem>
                      <MenuItem isDangerous onSelect={() => setRemoving(member)}>
                        Remove
                      </MenuItem>
                    </RowMenu>
                  ) : undefined}
                </Cell>
              </Row>
            ))}
          </Table>
          {changing === undefined ? undefined : (
            <ChangeRole member={changing} onClose={() => setChanging(undefined)} />
          )}
          {removing === undefined ? undefined : (
            <RemoveMember member={removing} onClose={() => setRemoving(undefined)} />
          )}
        </>
      )}
    </QueryView>
  );
}
