import { FlowwError } from "@floww/contract/errors";
import type { JournalCalls } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import { z } from "zod";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import type { OperationEntry, RunIdentity } from "../executions/host-operations.ts";
import { readJournal } from "./read-journal.ts";
import { recordStep, type StepContext } from "./record-step.ts";
import { registerWait, type WaitContext } from "./register-wait.ts";
import { sendEvent } from "./send-event.ts";
import { measureJournal } from "./store.ts";

const key = z.string().min(1).max(limits.journalKeyBytesMax);
const position = z.number().int().min(0).max(limits.journalEntriesMax);
const timeMs = z.number().int().min(0).max(limits.waitMsMax);
const eventName = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => name.isWellFormed(), "must be well-formed text");
const json = z.string().max(limits.eventBytesMax).refine(isJson, "must be JSON");

const journalError = z.object({
  code: z.string().max(128),
  name: z.string().max(256),
  message: z.string().max(16_384),
  stack: z.exactOptional(z.string().max(32_768)),
});

const wait = z.union([
  z.object({ kind: z.literal("sleep"), untilMs: z.number().int().min(0).max(8.64e15) }),
  z.object({ kind: z.literal("sleep"), forMs: timeMs }),
  z.object({
    kind: z.literal("event"),
    name: eventName,
    match: z.record(z.string().max(256), z.union([z.string().max(1_024), z.number(), z.boolean(), z.null()])),
    timeoutMs: timeMs,
  }),
  z.object({ kind: z.literal("approval"), title: z.string().min(1).max(1_024), timeoutMs: timeMs }),
  z.object({ kind: z.literal("callback"), timeoutMs: timeMs }),
  z.object({
    kind: z.literal("invoke"),
    workflow: z.exactOptional(z.string().max(256)),
    trigger: z.string().min(1).max(512),
    input: z.string().max(limits.bodyBytesMax).refine(isJson, "must be JSON"),
    timeoutMs: timeMs,
    isDetached: z.exactOptional(z.literal(true)),
  }),
]);

export type JournalOperations = { [Name in keyof JournalCalls]: OperationEntry<Name> };

/**
 * What a run asks of its journal. Each of it can be asked twice, but for sending an event, and what the run did outside is
 * done: while the database is away it waits, and does not fail.
 */
export function createJournalOperations(context: StepContext & WaitContext): JournalOperations {
  return {
    "journal.read": {
      input: z.object({ after: z.number().int().min(0).max(limits.journalEntriesMax) }),
      answer: ({ run }, { after }) => outlastOutage(() => readJournal(context, run, after)),
    },
    "journal.record": {
      input: z.object({
        key,
        position,
        attempts: z.number().int().min(0).max(10_000),
        value: z.exactOptional(z.string()),
        error: z.exactOptional(journalError),
        retryAfterMs: z.exactOptional(z.number().int().min(0).max(limits.retryDelayMsMax)),
      }),
      answer: async ({ run }, record) => {
        await outlastOutage(() => checkRoom(context, run, record));
        await recordStep(context, run, record);
        return null;
      },
    },
    "journal.wait": {
      input: z.object({ key, position, wait }),
      answer: async ({ run }, request) => {
        await outlastOutage(() => checkRoom(context, run, request));
        return outlastOutage(() => registerWait(context, run, request));
      },
    },
    "event.send": {
      input: z.object({ name: eventName, data: json }),
      answer: async ({ run }, { name, data }) => {
        const { waiting } = await sendEvent(context, { namespaceId: run.namespaceId, name, data });
        return { waiting };
      },
    },
  };
}

/** Counting them all each time would make long journals slow: looked at now and then, and at each big value. */
const LOOK_EVERY = 256;

/** @throws FlowwError JOURNAL_FULL */
async function checkRoom(
  { database }: WaitContext,
  run: RunIdentity,
  { position, value }: { position: number; value?: string },
): Promise<void> {
  const valueBytes = value === undefined ? 0 : Buffer.byteLength(value);
  if (valueBytes > limits.journalValueBytesMax)
    throw new FlowwError(
      "JOURNAL_FULL",
      `A step's value has ${valueBytes} bytes; ${limits.journalValueBytesMax} is the most.`,
    );
  const isLooked = position % LOOK_EVERY === LOOK_EVERY - 1 || valueBytes > limits.inlineBytesMax;
  if (!isLooked) return;
  const { entries, bytes } = await measureJournal(database, run.id);
  if (entries < limits.journalEntriesMax && bytes + valueBytes <= limits.journalBytesMax) return;
  throw new FlowwError("JOURNAL_FULL", `The journal of this run has ${entries} entries and ${bytes} bytes.`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
