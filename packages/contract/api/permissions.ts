/** What people and keys may do. A role is a set of these; code has policies instead. */
export const permissions = [
  "organization.read",
  "organization.manage",
  "members.read",
  "members.manage",
  "keys.manage",
  "namespace.read",
  "namespace.manage",
  "workflow.read",
  "workflow.write",
  "workflow.deploy",
  "workflow.run",
  "execution.read",
  "execution.write",
  "secret.read",
  "secret.write",
  "provider.read",
  "provider.write",
  "kv.read",
  "kv.write",
  "dev.use",
  "registry.read",
  "registry.write",
] as const;

export type Permission = (typeof permissions)[number];

export const roles = ["owner", "admin", "developer", "viewer"] as const;
export type Role = (typeof roles)[number];

const VIEWER: Permission[] = [
  "organization.read",
  "members.read",
  "namespace.read",
  "workflow.read",
  "execution.read",
  "provider.read",
  "registry.read",
];

const DEVELOPER: Permission[] = [
  ...VIEWER,
  "workflow.write",
  "workflow.deploy",
  "workflow.run",
  "execution.write",
  "secret.read",
  "secret.write",
  "provider.write",
  "kv.read",
  "kv.write",
  "dev.use",
  "registry.write",
];

const ADMIN: Permission[] = [...DEVELOPER, "namespace.manage", "members.manage", "keys.manage"];

/** Highest first: nobody gives a role above their own, or takes one away. */
export function isRoleAtMost(role: Role, ceiling: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(ceiling);
}

export const rolePermissions: Record<Role, ReadonlySet<Permission>> = {
  owner: new Set(permissions),
  admin: new Set(ADMIN),
  developer: new Set(DEVELOPER),
  viewer: new Set(VIEWER),
};
