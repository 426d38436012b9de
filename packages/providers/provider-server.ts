import type { z } from "zod";

/**
 * A provider's server half: everything that Floww's server must know of one vendor. It runs beside credentials, so it
 * holds no state and reaches the vendor only through what it is lent. `conformance.ts` holds every provider to this.
 */
export interface ProviderServer {
  /** `github`; the user half declares itself under this name. */
  readonly type: string;
  /** `GitHub`. */
  readonly title: string;
  /** What to do at the vendor before the fields can be filled in; a few lines for a terminal and a page. */
  readonly guide: string;
  readonly fields: readonly SetupField[];
  /** Every trigger by its type. */
  readonly triggers: Readonly<Record<string, VendorTrigger>>;
  /** The vendor's events reach an address that a person enters at the vendor; absent where we register it ourselves. */
  readonly showsEventUrl?: true;
  /** @throws FlowwError PROVIDER_FIELDS_INVALID */
  checkFields?(fields: Fields): void;
  /** The API base that the user half's client calls, without a slash at its end; the gateway puts `base(fields)` in its place. */
  readonly canonicalBase: string;
  /** The same for one connection: a self-hosted server's differs. */
  base(fields: Fields): string;
  /** Origins that the credential is sent to: that of the base, and of what belongs to it. */
  origins(fields: Fields): readonly string[];
  /** Adds the credential to the headers of one call. */
  authorize(headers: Headers, fields: Fields): void;
  /**
   * Asks the vendor whose credential this is.
   *
   * @throws FlowwError PROVIDER_CREDENTIAL_REFUSED with what is missing
   */
  identify(vendor: VendorClient): Promise<{ account: string }>;
  /** What any answer of the vendor's says of the credential; undefined when it says nothing. Throws at nothing. */
  readCredential(answer: VendorAnswerHead): CredentialState | undefined;
  /** Verifies one request over its raw bytes and says what it is. A secret that is missing refuses. */
  receive(request: VendorRequest, secrets: VendorSecrets): Received;
  /** What a request is that was verified when it came: for events that are looked at again later, when secrets have changed. */
  read(request: VendorRequest): Received;
  /** Whether the trigger's filters let the event pass. */
  matches(event: VendorEvent, trigger: { type: string; input: Record<string, unknown> }): boolean;
  readonly registrations?: VendorRegistrations;
  readonly approvals?: VendorApprovals;
}

/** All fields of one connection by name, decrypted. */
export type Fields = Readonly<Record<string, string>>;

export interface SetupField {
  name: string;
  /** `Access token`. */
  label: string;
  /** One line below the label: where it is found, what it must be allowed to do. */
  help?: string;
  /** Encrypted, never shown again. */
  isSecret: boolean;
  isOptional?: true;
  /** What stands in when an optional field is left out. */
  default?: string;
}

export interface VendorTrigger {
  /** Its input as the user half declares it; without `timeoutMs`, which every trigger may have. */
  readonly input: z.ZodObject;
  /** `handler`: the vendor waits for the handler's answer. `ack`: 200 once recorded, the run follows. */
  readonly response: "handler" | "ack";
}

/** The vendor's API with the connection's credential; paths are relative to `base(fields)`. */
export interface VendorClient {
  readonly fields: Fields;
  /** @throws FlowwError PROVIDER_UNREACHABLE, PROVIDER_CALL_REFUSED; any status of the vendor is an answer */
  fetch(
    url: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Response>;
}

export interface VendorAnswerHead {
  status: number;
  headers: Headers;
  /** The body's first few kilobytes, as text. */
  head: string;
}

export type CredentialState =
  | { kind: "accepted"; expiresAt?: Date }
  /** Whatever is asked for; `reason` begins a sentence. */
  | { kind: "refused"; reason: string };

export interface VendorRequest {
  method: string;
  /** Names in lower case, as received; repeated ones stay repeated. */
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array;
  receivedAtMs: number;
}

export interface VendorSecrets {
  fields: Fields;
  /** Of the registration that the request's address names, where the vendor has registrations. */
  registration?: string;
}

export interface VendorEvent {
  /** `push`, `message`, `slash_command`. */
  name: string;
  /** The payload, parsed. */
  body: unknown;
}

export type Received =
  | { kind: "refused"; reason: string }
  /** Verified, but nothing that a trigger could want: the vendor's handshake, a ping. */
  | { kind: "handshake"; answer: VendorAnswer }
  | { kind: "event"; event: VendorEvent; deliveryId?: string }
  /** Somebody decided at the vendor what a run asks, in a message that our own action sent: for no trigger. */
  | {
      kind: "approval";
      event: VendorEvent;
      deliveryId?: string;
      decision: VendorDecision;
      /** Said once the decision is recorded. */
      answer: VendorAnswer;
    };

export interface VendorAnswer {
  status: number;
  headers: [string, string][];
  body: string;
}

export interface VendorDecision {
  /** Of the wait's signed address, as our message carried it; anything, until the server has read it. */
  token: string;
  approved: boolean;
  /** Who, as the vendor says it. */
  by: string;
  comment?: string;
}

/** Decisions that people make at the vendor, in messages which the user half's `requestApproval` sends. */
export interface VendorApprovals {
  /**
   * Rewrites the message that the decision was made in: it says what became of the approval, and asks no more.
   *
   * @throws FlowwError PROVIDER_CALL_REFUSED, PROVIDER_UNREACHABLE; what was decided stays decided
   */
  tell(vendor: VendorClient, event: VendorEvent, outcome: ApprovalOutcome): Promise<void>;
}

/** What became of an approval, whoever decided and wherever. */
export type ApprovalOutcome =
  | { kind: "decided"; approved: boolean; by?: string; comment?: string; at: Date }
  | { kind: "timed-out" }
  /** The run ended before anybody decided. */
  | { kind: "ended" };

/** What is listened for at the vendor, for vendors where that is made per place: a repository, a project. */
export interface WantedRegistration {
  /** The place: `octo/hello`. */
  target: string;
  /** The vendor's names of events, sorted. */
  events: readonly string[];
}

/** Webhooks that the server creates, repairs and removes at the vendor by itself. */
export interface VendorRegistrations {
  /** What a trigger needs. */
  wants(trigger: { type: string; input: Record<string, unknown> }): WantedRegistration;
  /** Resolves with the vendor's id of it. @throws FlowwError REGISTRATION_FAILED with what the vendor said */
  create(vendor: VendorClient, wanted: WantedRegistration & RegistrationAddress): Promise<string>;
  /** @throws FlowwError REGISTRATION_FAILED */
  update(vendor: VendorClient, id: string, wanted: WantedRegistration & RegistrationAddress): Promise<void>;
  /** One that is gone already is fine. @throws FlowwError REGISTRATION_FAILED */
  remove(vendor: VendorClient, id: string, target: string): Promise<void>;
  readonly outbox?: VendorOutbox;
  /** What is there now; undefined when it is gone. @throws FlowwError REGISTRATION_FAILED */
  find(
    vendor: VendorClient,
    id: string,
    target: string,
  ): Promise<{ url: string; events: readonly string[]; isActive: boolean } | undefined>;
}

/** What a vendor keeps of what it sent to one registration, for vendors that never send again by themselves. */
export interface VendorOutbox {
  /** From an instant on, newest first; `isWhole` is false when there was more than is ever read. @throws FlowwError REGISTRATION_FAILED */
  list(
    vendor: VendorClient,
    registration: { id: string; target: string },
    sinceMs: number,
  ): Promise<{ attempts: SentAttempt[]; isWhole: boolean }>;
  /** Asks for one to be sent once more, under the same delivery id. @throws FlowwError REGISTRATION_FAILED */
  sendAgain(
    vendor: VendorClient,
    registration: { id: string; target: string },
    attemptId: string,
  ): Promise<void>;
}

/** One try to deliver. */
export interface SentAttempt {
  /** The vendor's name for this try. */
  id: string;
  /** The same for each try of one event: what `receive` says as `deliveryId`. */
  deliveryId: string;
  sentAtMs: number;
}

export interface RegistrationAddress {
  url: string;
  secret: string;
}
