import type { Permission } from "@floww/contract/api";
import { rolePermissions } from "@floww/contract/api";
import {
  Activity,
  Database,
  Inbox,
  KeyRound,
  LayoutDashboard,
  LockKeyhole,
  type LucideIcon,
  Plug,
  ScrollText,
  Settings,
  ShieldUser,
  Users,
  Workflow,
} from "lucide-react";
import type { Me } from "../../lib/me.ts";

export interface Screen {
  path: string;
  label: string;
  group: "Namespace" | "Organization" | "Server";
  icon: LucideIcon;
  /** True where the address of another screen begins with this one's. */
  isExact?: boolean;
}

interface Entry {
  path: string;
  label: string;
  icon: LucideIcon;
  /** Left out for those who may not do this. */
  permission: Permission;
  isExact?: boolean;
}

const IN_NAMESPACE: readonly Entry[] = [
  { path: "", label: "Overview", icon: LayoutDashboard, permission: "execution.read", isExact: true },
  { path: "/workflows", label: "Workflows", icon: Workflow, permission: "workflow.read" },
  { path: "/executions", label: "Executions", icon: Activity, permission: "execution.read" },
  { path: "/deliveries", label: "Deliveries", icon: Inbox, permission: "execution.read" },
  { path: "/providers", label: "Providers", icon: Plug, permission: "provider.read" },
  { path: "/secrets", label: "Secrets", icon: LockKeyhole, permission: "secret.read" },
  { path: "/kv", label: "KV", icon: Database, permission: "kv.read" },
  { path: "/settings", label: "Settings", icon: Settings, permission: "namespace.read" },
];

const IN_ORGANIZATION: readonly Entry[] = [
  { path: "/members", label: "Members", icon: Users, permission: "members.read" },
  { path: "/keys", label: "Keys", icon: KeyRound, permission: "keys.manage" },
  { path: "/audit", label: "Audit log", icon: ScrollText, permission: "organization.manage" },
];

const ADMIN: Screen = { path: "/admin", label: "Admin", group: "Server", icon: ShieldUser };

/** Where a person is: which namespace, which organization. */
export interface Place {
  namespaceId: string | undefined;
  organizationId: string | undefined;
}

/** The screens that are open to a person, in the order in which they stand in the navigation. */
export function screensOf(me: Me | undefined, { namespaceId, organizationId }: Place): Screen[] {
  const role = me?.organizations.find(({ id }) => id === organizationId)?.role;
  const screens = (entries: readonly Entry[], base: string, group: Screen["group"]) =>
    entries
      .filter(({ permission }) => role !== undefined && rolePermissions[role].has(permission))
      .map(({ permission: _, path, ...entry }): Screen => ({ ...entry, path: base + path, group }));
  return [
    ...(namespaceId === undefined ? [] : screens(IN_NAMESPACE, `/ns/${namespaceId}`, "Namespace")),
    ...screens(IN_ORGANIZATION, `/org/${organizationId}`, "Organization"),
    ...(me?.isAdministrator === true ? [ADMIN] : []),
  ];
}
