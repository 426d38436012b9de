import { rolePermissions, roles } from "@floww/contract/api";
import { Check, Minus } from "lucide-react";
import { roleAbilities } from "../../lib/role-words.ts";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [{ title: "May" }, ...roles.map((title) => ({ title, className: "text-center" }))];

/** What the roles may do. */
export function RoleTable() {
  return (
    <Table label="What the roles may do" columns={COLUMNS}>
      {roleAbilities.map(({ what, permission }) => (
        <Row key={permission}>
          <Cell className="min-w-44">{what}</Cell>
          {roles.map((role) => (
            <Cell key={role} className="text-center">
              <span className="inline-flex align-middle">
                {rolePermissions[role].has(permission) ? (
                  <Check size={16} role="img" aria-label="yes" className="text-good" />
                ) : (
                  <Minus size={16} role="img" aria-label="no" className="text-soft" />
                )}
              </span>
            </Cell>
          ))}
        </Row>
      ))}
    </Table>
  );
}
