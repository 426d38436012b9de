import type { PortalIntent } from "@floww/contract/api";
/** Somebody's place in an organization, as the provider of identities tells it. */
export interface OutsideMembership {
  /** The provider's id of the organization. */
  organization: string;
  organizationName: string;
  subject: string;
  /** In the provider's words. */
  roles: readonly string[];
  /** False for invited, suspended and ended ones. */
  isActive: boolean;
  /** It follows a directory (SCIM and the like) and ends with it. */
  isOfDirectory: boolean;
}

/** What changed at the provider, in the words of no vendor. */
export type OutsideChange =
  | {
      kind: "person";
      subject: string;
      email: string;
      isEmailVerified: boolean;
      name: string | undefined;
    }
  | { kind: "personDeleted"; subject: string }
  | { kind: "membership"; membership: OutsideMembership }
  | { kind: "organization"; id: string; name: string }
  | { kind: "organizationDeleted"; id: string }
  /** A directory does not have this person any more. */
  | { kind: "directoryPersonGone"; organization: string; email: string }
  | { kind: "directoryDeleted"; organization: string }
  | { kind: "sessionEnded"; sessionId: string }
  /** Nothing that we keep. */
  | { kind: "other" };

export interface OutsideEvent {
  id: string;
  /** When it happened there: a later one is never overwritten by an earlier one, in whatever order they come. */
  at: Date;
  change: OutsideChange;
}

/** A provider that also keeps organizations and who belongs to them. */
export interface OutsideDirectory {
  /** Whose subjects, organizations and events these are. */
  readonly issuer: string;
  /** All of somebody's, active or not. @throws FlowwError IDENTITY_UNAVAILABLE */
  membershipsOf(subject: string): Promise<OutsideMembership[]>;
  /** What the provider sent by itself, as it came. @throws FlowwError SIGNATURE_INVALID */
  readPushed(body: Buffer, header: (name: string) => string | undefined): Promise<OutsideEvent>;
  /** Oldest first; none when there are no more. @throws FlowwError IDENTITY_UNAVAILABLE, NOT_FOUND for a cursor that is too old */
  listEvents(from: { after: string } | { since: Date }): Promise<OutsideEvent[]>;
  /** Where somebody sets up sign-in, directory or domains of their organization. @throws FlowwError IDENTITY_UNAVAILABLE */
  portalLink(asked: { organization: string; intent: PortalIntent; returnTo: URL }): Promise<URL>;
}
