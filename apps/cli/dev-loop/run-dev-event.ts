import { setTimeout as delay } from "node:timers/promises";
import type { Json, WireEventHead } from "@floww/contract/abi";
import type { Client } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import type { RunEnd, RunLog } from "@floww/executor/host";
import type { CodeRunner } from "./code-runner.ts";

export interface DevEventContext {
  client: Client;
  params: { namespaceId: string; devSessionId: string };
  runner: CodeRunner;
  onStart(event: { executionId: string; handlerId: string }): void;
  /** The caller has its answer, or a stream's beginning, and the handler goes on. */
  onAnswer(executionId: string, status: number): void;
  onLog(executionId: string, line: RunLog): void;
}

const LOGS_EVERY_MS = 100;
const ATTEMPTS_MAX = 4;
const AGAIN_AFTER_MS = 500;

/** Takes one event from the server, runs it here, and hands in its logs and its end. Undefined when it was taken already. */
export async function runDevEvent(
  context: DevEventContext,
  executionId: string,
): Promise<RunEnd | undefined> {
  const params = { ...context.params, executionId };
  const event = await context.client.takeDevExecution({ params }).catch((error: unknown) => {
    if (error instanceof FlowwError && (error.code === "STATE_CONFLICT" || error.code === "NOT_FOUND"))
      return undefined;
    throw error;
  });
  if (event === undefined) return undefined;
  context.onStart({ executionId, handlerId: event.handlerId });
  const logs = new LogUpload((lines) => context.client.logDevExecution({ params, body: { lines } }));
  const end = await context.runner
    .run(
      {
        executionId,
        handlerId: event.handlerId,
        attempt: event.attempt,
        timeoutMs: event.timeoutMs,
        isResumed: event.isResumed,
        isLastAttempt: event.isLastAttempt,
        event: {
          head: event.head as unknown as WireEventHead,
          body: Buffer.from(event.bodyBase64, "base64"),
        },
      },
      {
        log: (line) => {
          context.onLog(executionId, line);
          logs.add(line);
        },
        // One at a time: the runner hands out the next when this one was taken.
        chunk: (bytes) => context.client.chunkDevExecution({ params, body: bytes }),
        call: async (operation, input) => {
          const { value } = await context.client.callFromDev({ params, body: { operation, input } });
          return value as Json;
        },
        fetch: async ({ body, ...request }) => {
          const asked = { ...request, bodyBase64: body.toString("base64") };
          const answer = await context.client.fetchFromDev({ params, body: asked });
          return { ...answer, body: once(Buffer.from(answer.bodyBase64, "base64")) };
        },
        answer: async (header, body) => {
          await context.client.answerDevExecution({ params, body: toAnswer({ header, body }) });
          context.onAnswer(executionId, header.status);
        },
      },
    )
    .catch(failedToStart);
  await logs.close();
  const status = end.state === "cancelled" ? "interrupted" : end.state;
  const body = {
    status,
    ...("answer" in end && end.answer !== undefined ? { answer: toAnswer(end.answer) } : {}),
    ...("error" in end ? { error: end.error } : {}),
    ...("keys" in end ? { waitsFor: end.keys } : {}),
  };
  await untilReached(() => context.client.endDevExecution({ params, body }));
  return end;
}

/**
 * The server that got the request may go down with it, while another has the caller: the end is handed in again. That one of
 * the earlier tries came through shows in its refusal.
 */
async function untilReached(handIn: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await handIn();
      return;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (attempt > 1 && code === "STATE_CONFLICT") return;
      if (code !== "SERVER_UNREACHABLE" || attempt === ATTEMPTS_MAX) throw error;
      await delay(AGAIN_AFTER_MS);
    }
  }
}

function toAnswer({ header, body }: { header: AnswerHeader; body: Buffer }) {
  return { ...header, bodyBase64: body.toString("base64") };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.byteLength > 0) yield bytes;
}

function failedToStart(error: unknown): RunEnd {
  const { code, message } = error instanceof FlowwError ? error : new FlowwError("RUNTIME_UNAVAILABLE");
  return { state: "failed", error: { code, name: "FlowwError", message } };
}

/** Sends log lines a few times a second; what could not be sent is in the terminal, and goes with the next. */
class LogUpload {
  readonly #send: (lines: { level: RunLog["level"]; at: string; text: string }[]) => Promise<unknown>;
  #lines: { level: RunLog["level"]; at: string; text: string }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (lines: { level: RunLog["level"]; at: string; text: string }[]) => Promise<unknown>) {
    this.#send = send;
  }

  add({ level, atMs, text }: RunLog): void {
    this.#lines.push({ level, at: new Date(atMs).toISOString(), text: text.toString("utf8") });
    this.#timer ??= setTimeout(() => void this.#flush(), LOGS_EVERY_MS);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#lines.length > 0) {
      const before = this.#lines.length;
      await this.#flush();
      if (this.#lines.length === before) return;
    }
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    const lines = this.#lines.splice(0, 500);
    if (lines.length === 0) return;
    await this.#send(lines).catch(() => this.#lines.unshift(...lines));
  }
}
