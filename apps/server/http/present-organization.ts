import type { apiKey, auditEntry, invitation, member, namespace } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { AuditEntry } from "../domain/audit/store.ts";
import type { ApiKey } from "../domain/identity/api-keys.ts";
import type { Namespace } from "../domain/namespaces/store.ts";
import type { Invitation } from "../domain/organizations/invitations.ts";
import type { Member } from "../domain/organizations/memberships.ts";

export function presentMember({ userId, name, email, role, joinedAt }: Member): z.input<typeof member> {
  return { userId: formatId("user", userId), name, email, role, joinedAt: joinedAt.toISOString() };
}

export function presentInvitation(row: Invitation): z.input<typeof invitation> {
  const { id, email, role, invitedBy, createdAt, expiresAt } = row;
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
  return { id: formatId("invitation", id), email, role, invitedBy, ...times };
}

export function presentApiKey(row: ApiKey): z.input<typeof apiKey> {
  return {
    id: formatId("apiKey", row.id),
    name: row.name,
    role: row.role,
    ...(row.createdBy === null ? {} : { createdBy: formatId("user", row.createdBy) }),
    createdAt: row.createdAt.toISOString(),
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt.toISOString() }),
  };
}

export function presentNamespace({ id, organizationId, name }: Namespace): z.input<typeof namespace> {
  return { id: formatId("namespace", id), organizationId: formatId("organization", organizationId), name };
}

export function presentAuditEntry(row: AuditEntry): z.input<typeof auditEntry> {
  const kind = row.actorKind === "key" ? "apiKey" : "user";
  return {
    id: formatId("auditEntry", row.id),
    at: row.at.toISOString(),
    actor: {
      kind: row.actorKind,
      ...(row.actorId === null ? {} : { id: formatId(kind, row.actorId) }),
      name: row.actorName,
    },
    action: row.action,
    subjects: row.subjects,
    address: row.address,
  };
}
