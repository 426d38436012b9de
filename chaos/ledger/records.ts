/** How an event gets in, and with it what its acknowledgement promises. */
export const eventKinds = ["ack", "handler", "copies", "manual", "steps", "queued", "waits"] as const;
export type EventKind = (typeof eventKinds)[number];

/** Written, and on the disk, before the request goes out. */
export interface SentRecord {
  type: "sent";
  id: string;
  kind: EventKind;
  /** From 1; a copy is the same event once more, under the same Idempotency-Key. */
  copy: number;
  atMs: number;
}

/** Written once the outcome is known. */
export interface AnsweredRecord {
  type: "answered";
  id: string;
  kind: EventKind;
  copy: number;
  atMs: number;
  /** 0 when the connection ended without an answer: then nothing was promised. */
  status: number;
  /** The execution that the answer names. */
  execution?: string;
  /** Of an answer from the handler: the event that it says it was about. */
  about?: string;
  /** Of a refusal: its code. */
  code?: string;
}

export type LedgerRecord = SentRecord | AnsweredRecord;

/** What a handler told the outside. */
export interface SinkRecord {
  /** `before`: between two steps; `step`: inside of one. */
  type: "started" | "effect" | "before" | "step";
  /** The event's id, or `<trigger>@<instant>` of a tick. */
  id: string;
  execution: string;
  attempt: number;
  /** Of the code that ran; scenarios that deploy set it. */
  version: string;
  atMs: number;
  /** Of a step, and of the moment before it. */
  step?: number;
  /** What this run of the step gives. */
  gives?: string;
  /** What the steps before it gave, as the run knows it. */
  given?: string[];
}
