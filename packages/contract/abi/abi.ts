/**
 * The bundle ABI, version 1: everything that a bundle and the executor that runs it may know of each other.
 *
 * The SDK is frozen inside each bundle while executors move on, and a bundle often holds two copies of it. So they
 * meet in one place only, the object under this symbol, made by whoever comes first. An executor runs every ABI
 * ever released: this file may gain optional members, but nothing in it changes or goes.
 */
export const ABI_VERSION = 1;
export const ABI_SYMBOL: unique symbol = Symbol.for("floww.abi.1") as never;

/** What the SDK copies of one bundle write at top level, and where they find the executor's host. */
export interface BundleAbi {
  readonly abi: 1;
  readonly registrations: TriggerRegistration[];
  readonly providers: ProviderUse[];
  readonly secrets: SecretUse[];
  /** Set by the executor before it imports the bundle; absent when user code is imported without one. */
  host?: Host;
}

export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** How code names one configured provider. */
export interface ProviderName {
  type: string;
  alias: string;
}

export interface ProviderUse extends ProviderName {
  source?: SourceLocation;
}

export interface SecretUse {
  name: string;
  credential: string;
  jsonSchema?: JsonObject;
  source?: SourceLocation;
}

/** One text of a secret's value, or a list of them while they are rotated: any will do. */
export interface SecretField {
  name: string;
  credential: string;
  field: string;
}

/** How a webhook knows its callers, as it stands in a manifest; webhook-auth.ts has the bounds. */
export type WebhookAuth =
  | { type: "bearer"; token: SecretField }
  | { type: "basic"; username: string; password: SecretField }
  | {
      type: "signature";
      key: SecretField;
      header: string;
      algorithm: "sha1" | "sha256" | "sha512";
      encoding: "hex" | "base64";
      prefix: string;
      timestamp?: { header: string; toleranceMs: number };
      signed: string;
    }
  | { type: "standard-webhooks"; key: SecretField };

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface TriggerRegistration {
  provider: ProviderName;
  /** `onWebhook`, `onCron`, `onPush`, … */
  type: string;
  /** The author's own id; it wins over the derived one. */
  id?: string;
  /** Which of equal triggers this is: `POST /orders`, a cron expression, a manual trigger's name. */
  key: string;
  /** All of the trigger's input that the server must know, as JSON. */
  input: JsonObject;
  source?: SourceLocation;
  /** Decodes the wire event, calls the author's handler, returns what it returned. */
  run(scope: ExecutionScope, event: WireEvent): Promise<unknown>;
  /** The author's `onFailure`: told of an event whose last attempt failed (a FailureEventHead, the event's own body). */
  onFailure?(scope: ExecutionScope, event: WireEvent): Promise<unknown>;
  /** The author's `setup` and `teardown` of a webhook's address (a SetupEventHead, a TeardownEventHead). */
  setup?(scope: ExecutionScope, event: WireEvent): Promise<unknown>;
  teardown?(scope: ExecutionScope, event: WireEvent): Promise<unknown>;
}

/** What the executor lends to one run. */
export interface ExecutionScope {
  readonly executionId: string;
  readonly workflowId: string;
  readonly deploymentId: string;
  readonly attempt: number;
  /** Aborted at the deadline, at a cancel and when the run has ended. */
  readonly signal: AbortSignal;
  log(level: LogLevel, text: string): void;
  /** Answers the caller now; resolves once the answer is committed. */
  respond(value: unknown): Promise<void>;
  /** An earlier start of this execution may have left a journal. Absent: there is none. */
  readonly isResumed?: boolean;
  /** Nothing runs this event again by itself when this attempt fails. */
  readonly isLastAttempt?: boolean;
  /**
   * Ends this start of the run until one of these journal entries is settled; the handler's promise is left as it is.
   * Absent from executors that are older than the journal.
   */
  suspend?(keys: string[]): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Host {
  readonly phase: "enumerate" | "run";
  /** The run that the calling code belongs to (AsyncLocalStorage). */
  current(): ExecutionScope | undefined;
  /** Asks the server; rejects with an error that carries `code`. `kv.get`, `secret.value`, … */
  call(operation: string, input: Json): Promise<Json>;
  /**
   * A vendor call through the provider gateway, which adds the credential. Redirects come back as they are; rejects with
   * an error that carries `code`. Absent from executors that are older than provider calls.
   */
  fetch?(connection: ProviderName, request: Request): Promise<Response>;
}

/** One event as it travels; `body` is what the caller sent, byte for byte. */
export interface WireEvent {
  head: WireEventHead;
  body: Uint8Array;
}

export type WireEventHead =
  | WebhookEventHead
  | CronEventHead
  | ManualEventHead
  | ProviderEventHead
  | FailureEventHead
  | BatchEventHead
  | SetupEventHead
  | TeardownEventHead;

export interface WebhookEventHead {
  type: "webhook";
  method: string;
  /** Path below the workflow key, always with its leading slash. */
  path: string;
  /** Raw query string without `?`. */
  query: string;
  params: Record<string, string>;
  /** Names in lower case, in the order received; repeated ones stay repeated. */
  headers: [name: string, value: string][];
  receivedAt: string;
}

export interface CronEventHead {
  type: "cron";
  expression: string;
  scheduledAt: string;
}

export interface ManualEventHead {
  type: "manual";
  triggeredBy: string;
}

/** What a vendor sent, verified; `body` is its payload as it came. */
export interface ProviderEventHead {
  type: "provider";
  /** The vendor's own word for what happened: `push`, `message`, `slash_command`. */
  name: string;
  /** The vendor's id of this delivery, the same when it is sent again; absent where the vendor gives none. */
  deliveryId?: string;
  headers: [name: string, value: string][];
  receivedAt: string;
}

/** An event whose last attempt failed; the body is the event's. */
export interface FailureEventHead {
  type: "failure";
  executionId: string;
  status: "failed" | "timed_out" | "interrupted";
  attempts: number;
  error: { code: string; name: string; message: string };
  /** The head of the event that failed. */
  event: WireEventHead;
}

/** A webhook's address came into being, or is another one now: its author wants to tell somebody. */
export interface SetupEventHead {
  type: "setup";
  webhookUrl: string;
}

/** It is not listened to any more. */
export interface TeardownEventHead {
  type: "teardown";
  webhookUrl: string;
}

/** Several events of one trigger for one run; their bodies lie one after the other in `body`. */
export interface BatchEventHead {
  type: "batch";
  events: { head: WireEventHead; bodyBytes: number }[];
}

/** How the SDK marks an error that says itself whether, and when, the run may be tried again. */
export const RETRY_SYMBOL: unique symbol = Symbol.for("floww.retry") as never;
export type ErrorRetry = false | { afterMs: number };

/** How the SDK marks an error that carries an answer of its own, so that any copy's WebhookError is known. */
export const ANSWER_SYMBOL: unique symbol = Symbol.for("floww.answer") as never;
export interface ErrorAnswer {
  status: number;
  body?: unknown;
}

/** Finds or makes the meeting place. */
export function bundleAbi(): BundleAbi {
  const place = globalThis as { [ABI_SYMBOL]?: BundleAbi };
  place[ABI_SYMBOL] ??= { abi: ABI_VERSION, registrations: [], providers: [], secrets: [] };
  return place[ABI_SYMBOL];
}
