import type { Permission, Role } from "@floww/contract/api";

/** What a role is for, in a line. */
export const roleWords: Record<Role, string> = {
  owner: "Everything, the audit log and the organization itself included.",
  admin: "People, keys and namespaces, and all that a developer may.",
  developer: "Deploys and runs workflows, sets secrets and providers.",
  viewer: "Looks, and changes nothing.",
};

/** What people ask about, each with the permission that decides it. */
export const roleAbilities: readonly { what: string; permission: Permission }[] = [
  { what: "See workflows, executions, deliveries and members", permission: "execution.read" },
  { what: "Deploy, run, replay and cancel; develop on a laptop", permission: "workflow.deploy" },
  { what: "Set secrets, providers and KV entries", permission: "secret.write" },
  { what: "Create, rename and delete namespaces; choose their runtime", permission: "namespace.manage" },
  { what: "Invite, change and remove people", permission: "members.manage" },
  { what: "Make and revoke keys", permission: "keys.manage" },
  { what: "Read the audit log; set how much is kept", permission: "organization.manage" },
];
