import type { Json } from "@floww/contract/abi";
import type { AnswerHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { ProviderRequest, RunEnd, RunLog } from "@floww/executor/host";
import { readAnswer } from "../providers/gateway/read-answer.ts";
import type { LaptopDriver } from "./laptop-driver.ts";

/** What a laptop wants of a run, as JSON: bytes travel beside it, and it may be another server that has the run. */
export type HandIn =
  | { kind: "take" }
  | { kind: "log"; lines: (Omit<RunLog, "text"> & { text: string })[] }
  | { kind: "call"; operation: string; input: Json }
  | { kind: "fetch"; request: Omit<ProviderRequest, "body"> }
  | { kind: "answer"; header: AnswerHeader }
  | { kind: "chunk" }
  | { kind: "end"; end: HandedEnd };

/** An answer's bytes are those beside it. */
export type HandedEnd =
  | Exclude<RunEnd, { state: "completed" }>
  | { state: "completed"; header?: AnswerHeader };

export interface HandedBack {
  value: Json;
  bytes: Buffer;
}

/** An event that was taken; its body's bytes are those beside it. */
export interface TakenEvent {
  handlerId: string;
  attempt: number;
  /** Left out while a debugger may hold the run. */
  timeoutMs?: number;
  isResumed: boolean;
  isLastAttempt: boolean;
  head: Record<string, Json>;
}

const NO_BYTES = Buffer.alloc(0);
const DONE: HandedBack = { value: null, bytes: NO_BYTES };

/** Does it with a run that this server has. @throws FlowwError STATE_CONFLICT when it has not, or not in that state */
export async function handIn(
  driver: LaptopDriver,
  executionId: string,
  wanted: HandIn,
  bytes: Buffer = NO_BYTES,
): Promise<HandedBack> {
  switch (wanted.kind) {
    case "take":
      return take(driver, executionId);
    case "log":
      driver.log(
        executionId,
        wanted.lines.map((line) => ({ ...line, text: Buffer.from(line.text) })),
      );
      return DONE;
    case "call":
      return { ...DONE, value: await driver.call(executionId, wanted.operation, wanted.input) };
    case "fetch":
      return fetchWhole(driver, executionId, { ...wanted.request, body: bytes });
    case "answer":
      await driver.answer(executionId, wanted.header, bytes);
      return DONE;
    case "chunk":
      await driver.chunk(executionId, bytes);
      return DONE;
    case "end":
      driver.end(executionId, endOf(wanted.end, bytes));
      return DONE;
  }
}

function take(driver: LaptopDriver, executionId: string): HandedBack {
  const { job, timeoutMs } = driver.take(executionId);
  const taken: TakenEvent = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    handlerId: job.handlerId,
    attempt: job.attempt,
    isResumed: job.isResumed === true,
    isLastAttempt: job.isLastAttempt === true,
    // JSON by what it is, and not by its type.
    head: job.event.head as unknown as Record<string, Json>,
  };
  return { value: taken as unknown as Json, bytes: Buffer.from(job.event.body) };
}

async function fetchWhole(
  driver: LaptopDriver,
  executionId: string,
  request: ProviderRequest,
): Promise<HandedBack> {
  const answer = await driver.fetch(executionId, request, AbortSignal.timeout(limits.providerWaitMs));
  const { status, headers } = answer;
  const bytes = await readAnswer(answer.body, limits.providerRequestBytesMax);
  return { value: { status, headers }, bytes };
}

function endOf(end: HandedEnd, body: Buffer): RunEnd {
  if (end.state !== "completed") return end;
  const { header } = end;
  return header === undefined ? { state: "completed" } : { state: "completed", answer: { header, body } };
}
