import type { Permission } from "@floww/contract/api";
import { rolePermissions } from "@floww/contract/api";
import { Activity, LayoutDashboard, type LucideIcon, Workflow } from "lucide-react";
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
];

const IN_ORGANIZATION: readonly Entry[] = [];

/** The screens that are open to a person, in the order in which they stand in the navigation. */
export function screensOf(me: Me | undefined, namespaceId: string | undefined): Screen[] {
  const namespace = me?.namespaces.find(({ id }) => id === namespaceId);
  const organization = me?.organizations.find(({ id }) => id === namespace?.organizationId);
  if (me === undefined || namespace === undefined || organization === undefined) return [];
  const isOpen = ({ permission }: Entry) => rolePermissions[organization.role].has(permission);
  const below = (base: string, group: Screen["group"]) => {
    return ({ permission: _, path, ...entry }: Entry): Screen => ({ ...entry, path: base + path, group });
  };
  return [
    ...IN_NAMESPACE.filter(isOpen).map(below(`/ns/${namespace.id}`, "Namespace")),
    ...IN_ORGANIZATION.filter(isOpen).map(below(`/org/${organization.id}`, "Organization")),
  ];
}
