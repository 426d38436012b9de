import type { ReactNode } from "react";
import { AdminAudit } from "./admin-audit.tsx";
import { AdminNamespaces } from "./admin-namespaces.tsx";
import { AdminOrganizations } from "./admin-organizations.tsx";
import { AdminState } from "./admin-state.tsx";
import { AdminSwitches } from "./admin-switches.tsx";
import { AdminUsers } from "./admin-users.tsx";

/** The parts of the admin page, by their word in its address. */
export const adminSections: readonly { value: string; label: string; content: ReactNode }[] = [
  { value: "users", label: "Users", content: <AdminUsers /> },
  { value: "organizations", label: "Organizations", content: <AdminOrganizations /> },
  { value: "namespaces", label: "Namespaces", content: <AdminNamespaces /> },
  { value: "server", label: "Server", content: <AdminState /> },
  { value: "switches", label: "Switches", content: <AdminSwitches /> },
  { value: "audit", label: "Audit log", content: <AdminAudit /> },
];
