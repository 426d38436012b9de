import { email as emailShape } from "@floww/contract/api";
import type {
  WorkosEvent,
  WorkosEventName,
  WorkosMembership,
} from "../../../platform/clients/workos/workos-client.ts";
import type { OutsideChange, OutsideEvent, OutsideMembership } from "../outside-directory.ts";
import { nameOf } from "./workos-identity.ts";

/** Those that change something here: WorkOS is asked for no others, and its webhook needs no others. */
export const followedEvents = [
  "user.updated",
  "user.deleted",
  "organization.created",
  "organization.updated",
  "organization.deleted",
  "organization_membership.created",
  "organization_membership.updated",
  "organization_membership.deleted",
  "dsync.user.updated",
  "dsync.user.deleted",
  "dsync.deleted",
  "session.revoked",
] as const satisfies WorkosEventName[];

/** One that says nothing to us, or nothing that can be understood, is "other": it must not come again and again. */
export function readEvent(event: WorkosEvent): OutsideEvent {
  const at = new Date(event.createdAt);
  const isRead = typeof event.id === "string" && !Number.isNaN(at.getTime());
  if (!isRead) throw new TypeError("an event of WorkOS has no id or no time");
  return { id: event.id, at, change: changeOf(event) };
}

export function toMembership(membership: WorkosMembership): OutsideMembership {
  const { organizationId, organizationName, userId, role, roles, status, directoryManaged } = membership;
  const slugs = [role, ...(roles ?? [])].map((one) => one?.slug).filter((slug) => typeof slug === "string");
  return {
    organization: organizationId,
    organizationName: organizationName || organizationId,
    subject: userId,
    roles: [...new Set(slugs)],
    isActive: status === "active",
    isOfDirectory: directoryManaged,
  };
}

function changeOf(event: WorkosEvent): OutsideChange {
  switch (event.event) {
    case "user.updated":
      return personOf(event.data);
    case "user.deleted":
      return { kind: "personDeleted", subject: event.data.id };
    case "organization.created":
    case "organization.updated":
      return { kind: "organization", id: event.data.id, name: event.data.name };
    case "organization.deleted":
      return { kind: "organizationDeleted", id: event.data.id };
    case "organization_membership.created":
    case "organization_membership.updated":
      return { kind: "membership", membership: toMembership(event.data) };
    case "organization_membership.deleted":
      return { kind: "membership", membership: { ...toMembership(event.data), isActive: false } };
    case "dsync.user.updated":
      return event.data.state === "active" ? { kind: "other" } : directoryPersonGone(event.data);
    case "dsync.user.deleted":
      return directoryPersonGone(event.data);
    case "dsync.deleted":
      return event.data.organizationId
        ? { kind: "directoryDeleted", organization: event.data.organizationId }
        : { kind: "other" };
    case "session.revoked":
      return { kind: "sessionEnded", sessionId: event.data.id };
    default:
      return { kind: "other" };
  }
}

function personOf(user: {
  id: string;
  email: string;
  emailVerified: boolean;
  name: string | null;
  firstName: string | null;
  lastName: string | null;
}): OutsideChange {
  const email = emailShape.safeParse(user.email);
  if (!email.success) return { kind: "other" };
  return {
    kind: "person",
    subject: user.id,
    email: email.data.toLowerCase(),
    isEmailVerified: user.emailVerified === true,
    name: nameOf(user),
  };
}

function directoryPersonGone(user: { organizationId: string | null; email?: string | null }): OutsideChange {
  const email = emailShape.safeParse(user.email);
  if (!email.success || !user.organizationId) return { kind: "other" };
  return { kind: "directoryPersonGone", organization: user.organizationId, email: email.data.toLowerCase() };
}
