import type { RouteAnswer, Routes } from "@floww/contract/api";
import type { ExecutionDetail } from "./types.ts";
import type { LogLine } from "./use-logs.ts";

type Step = RouteAnswer<Routes["listSteps"]>["items"][number];

export type SpanState = "completed" | "failed" | "pending";

/** Something that took its time within an execution. */
export interface Span {
  id: string;
  kind: "attempt" | "step" | "call";
  label: string;
  /** What it came to, in a few words. */
  note: string;
  state: SpanState;
  startMs: number;
  /** While it goes on: until now. */
  endMs: number;
}

export interface Timeline {
  startMs: number;
  endMs: number;
  spans: Span[];
}

interface TimelineParts {
  detail: ExecutionDetail;
  steps: readonly Step[];
  lines: readonly LogLine[];
  nowMs: number;
}

/** Attempts, steps and calls through providers, by when they began. */
export function readTimeline({ detail, steps, lines, nowMs }: TimelineParts): Timeline {
  const spans = [
    ...detail.attempts.map((attempt) => attemptSpan(attempt, nowMs)),
    ...steps.map((step) => stepSpan(step, nowMs)),
    ...lines.flatMap(callSpan),
  ].sort((a, b) => a.startMs - b.startMs || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  const startMs = Date.parse(detail.createdAt);
  const lastMs = detail.finishedAt === undefined ? nowMs : Date.parse(detail.finishedAt);
  const endMs = Math.max(startMs + 1, lastMs, ...spans.map((span) => span.endMs));
  return { startMs, endMs, spans };
}

const KINDS: readonly Span["kind"][] = ["attempt", "step", "call"];

const STARTED = new Set(["received", "waiting", "started"]);

function attemptSpan(
  { attempt, status, startedAt, endedAt, error }: ExecutionDetail["attempts"][number],
  nowMs: number,
): Span {
  return {
    id: `attempt-${attempt}`,
    kind: "attempt",
    label: `Attempt ${attempt}`,
    note: error === undefined ? status.replace("_", " ") : `${error.code}: ${error.message}`,
    state: STARTED.has(status) ? "pending" : status === "completed" ? "completed" : "failed",
    startMs: Date.parse(startedAt),
    endMs: endedAt === undefined ? nowMs : Date.parse(endedAt),
  };
}

const VERBS: Record<Step["kind"], string> = {
  step: "step",
  sleep: "sleeps",
  event: "waits for an event",
  approval: "waits for an approval",
  callback: "waits for a callback",
  invoke: "waits for a child",
};

function stepSpan({ key, kind, status, attempts, createdAt, settledAt, error }: Step, nowMs: number): Span {
  const tries = attempts > 1 ? `, ${attempts} tries` : "";
  return {
    id: `step-${key}`,
    kind: "step",
    label: key,
    note: error === undefined ? `${VERBS[kind]}${tries}` : `${error.code}: ${error.message}`,
    state: status,
    startMs: Date.parse(createdAt),
    endMs: settledAt === undefined ? nowMs : Date.parse(settledAt),
  };
}

const FAILED_FROM = 400;

/** The line of a call is written at its end. */
function callSpan({ call, at, sequence, attempt }: LogLine): Span[] {
  if (call === undefined) return [];
  const endMs = Date.parse(at);
  const { type, alias } = call.provider;
  const isFailed = call.status === undefined || call.status >= FAILED_FROM;
  return [
    {
      id: `call-${attempt}-${sequence}`,
      kind: "call",
      label: alias === "default" ? type : `${type} (${alias})`,
      note: `${call.method} ${call.place} → ${call.status ?? call.code ?? "no answer"}`,
      state: isFailed ? "failed" : "completed",
      startMs: endMs - call.durationMs,
      endMs,
    },
  ];
}
