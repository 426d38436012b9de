import type { Role } from "@floww/contract/api";
import { useRolesToGive } from "../lib/me.ts";
import { roleWords } from "../lib/role-words.ts";
import { Choice } from "./choice.tsx";

/** Which role somebody, or a key, gets: what the person may give, and what each is for. */
export function RoleChoice({ value, onChange }: { value: Role; onChange(role: Role): void }) {
  const offered = useRolesToGive();
  return (
    <Choice
      label="Role"
      value={value}
      onChange={onChange}
      options={offered.map((role) => ({ value: role, label: role, help: roleWords[role] }))}
    />
  );
}
