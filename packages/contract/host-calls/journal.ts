import type { WireError } from "../frames/messages.ts";

/**
 * The journal of one execution: what its durable pieces came to, by key. Written by the run through the server, read
 * again by its next start. Keys are made by the SDK from names: `charge`, `charge#2` when the name comes again.
 */
export interface JournalEntry {
  key: string;
  kind: JournalKind;
  /** When it was first asked for, counted from 0: the order that the code took. */
  position: number;
  state: "pending" | "completed" | "failed";
  /** By the SDK's value codec. */
  value?: string;
  error?: JournalError;
  /** How often a step's function was called. */
  attempts: number;
  /** When a pending one is over by itself, in milliseconds since 1970. */
  dueAtMs?: number;
}

export type JournalKind = "step" | "sleep" | "event" | "approval" | "callback" | "invoke";

export type JournalError = Pick<WireError, "code" | "name" | "message" | "stack">;

/** What a step came to, or that it is to be tried again. */
export interface StepRecord {
  key: string;
  position: number;
  attempts: number;
  value?: string;
  error?: JournalError;
  /** With an error: the step stays pending, and is tried again after this time. */
  retryAfterMs?: number;
}

/** What a run waits for. Asked again with the same key it says what has become of it. */
export interface WaitRequest {
  key: string;
  position: number;
  wait:
    | { kind: "sleep"; untilMs: number }
    | { kind: "sleep"; forMs: number }
    | { kind: "event"; name: string; match: EventMatch; timeoutMs: number }
    | { kind: "approval"; title: string; timeoutMs: number }
    | { kind: "callback"; timeoutMs: number }
    | {
        kind: "invoke";
        /** By name; left out: the run's own workflow. */
        workflow?: string;
        /** The name of its manual trigger. */
        trigger: string;
        /** JSON, as any caller of a manual trigger sends it. */
        input: string;
        timeoutMs: number;
        /** The child goes on by itself: settled as soon as it is recorded. */
        isDetached?: true;
      };
}

/** Paths into the event's data, and what must be there: `{ "order.id": 7 }`. */
export type EventMatch = Record<string, string | number | boolean | null>;

export interface WaitReply {
  entry: JournalEntry;
  /** Where an approval is given, or a callback sent: anybody who knows it can. */
  url?: string;
}

export interface JournalCalls {
  "journal.read": { input: { after: number }; output: { entries: JournalEntry[]; hasMore: boolean } };
  "journal.record": { input: StepRecord; output: null };
  "journal.wait": { input: WaitRequest; output: WaitReply };
  /** Tells whoever waits for it in this namespace; resolves with how many runs did. */
  "event.send": { input: { name: string; data: string }; output: { waiting: number } };
}
