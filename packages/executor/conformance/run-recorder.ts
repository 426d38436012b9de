import { randomUUID } from "node:crypto";
import type { RunEnd, RunLog, RunSink } from "../host/index.ts";
import type { StartedRun, StartOptions } from "./transport.ts";

/** Keeps what a run says, and lets a test wait for a part of it. */
export class RunRecorder implements RunSink {
  readonly executionId = `exec_${randomUUID()}`;
  readonly logs: RunLog[] = [];
  readonly chunks: Buffer[] = [];
  readonly early: StartedRun["early"] = [];
  readonly #sink: Partial<RunSink>;
  readonly #waiting = new Set<() => void>();

  constructor({ sink = {} }: StartOptions) {
    this.#sink = sink;
  }

  log(line: RunLog): void {
    this.logs.push({ ...line, text: Buffer.from(line.text) });
    this.#wake();
  }

  hide(text: string): string {
    return this.#sink.hide?.(text) ?? text;
  }

  async answer(...answer: Parameters<RunSink["answer"]>): Promise<void> {
    const [header, body] = answer;
    await this.#sink.answer?.(...answer);
    this.early.push({ header, body });
  }

  async chunk(bytes: Buffer): Promise<void> {
    this.chunks.push(Buffer.from(bytes));
    this.#wake();
    await this.#sink.chunk?.(bytes);
  }

  async call(...call: Parameters<RunSink["call"]>): ReturnType<RunSink["call"]> {
    return (await this.#sink.call?.(...call)) ?? null;
  }

  async fetch(...call: Parameters<RunSink["fetch"]>): ReturnType<RunSink["fetch"]> {
    if (this.#sink.fetch === undefined) throw new TypeError("this test answers no vendor call");
    return this.#sink.fetch(...call);
  }

  started(end: Promise<RunEnd>, cancel: () => void): StartedRun {
    const { executionId, logs, chunks, early } = this;
    return {
      executionId,
      end,
      logs,
      chunks,
      early,
      cancel,
      logged: (text) => this.#until(() => logs.find((line) => line.text.includes(text))),
      chunked: async (count) => void (await this.#until(() => chunks.length >= count || undefined)),
    };
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }
}
