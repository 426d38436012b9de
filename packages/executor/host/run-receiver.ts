import { FlowwError } from "@floww/contract/errors";
import { type Frame, FromExecutor, STREAM_WINDOW_BYTES, ToExecutor } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import { logCost } from "../log-cost.ts";
import { ProviderRelay } from "./provider-relay.ts";
import {
  checkedAnswer,
  checkedAnswerBody,
  checkedCall,
  checkedError,
  checkedKeys,
  checkedLevel,
  checkedRecord,
  runError,
} from "./received.ts";
import type { RunEnd, RunSink } from "./run.ts";

/** What a run's transport lends to its receiver. */
interface Connection {
  send(kind: number, header?: unknown, body?: Uint8Array): void;
  end(end: RunEnd): void;
}

/** A window's worth, and the piece that was being sent when it was used up. */
const UNDER_WAY_BYTES_MAX = 2 * STREAM_WINDOW_BYTES;

const LAST_WORDS_LINES_MAX = 50;

/** Turns the frames of one run into calls of its sink, and into its end: in order, whatever the sink has to wait for. */
export class RunReceiver {
  readonly #sink: RunSink;
  readonly #connection: Connection;
  #relay: ProviderRelay | undefined;
  /** The answer's commit and the chunks behind it: a chunk must not overtake it, and the end none of them. */
  #order: Promise<void> | undefined;
  #underWayBytes = 0;
  #logBytes = 0;

  constructor(sink: RunSink, connection: Connection) {
    this.#sink = sink;
    this.#connection = connection;
  }

  /** @throws FlowwError FRAME_INVALID for what no executor of ours would send */
  receive({ kind, header, body }: Frame): void {
    switch (kind) {
      case FromExecutor.done:
        return this.#onDone(header, body);
      case FromExecutor.log:
        return this.#onLog(header, body);
      case FromExecutor.answer:
        return this.#onAnswer(header, body);
      case FromExecutor.chunk:
        return this.#onChunk(body);
      case FromExecutor.call:
        return this.#onCall(header);
      case FromExecutor.fetch:
      case FromExecutor.fetchTaken:
      case FromExecutor.fetchAbort:
        this.#relay ??= new ProviderRelay(this.#sink, this.#connection);
        return this.#relay.receive(kind, header, body);
    }
    throw new FlowwError("FRAME_INVALID", `There is no frame of kind ${kind} for a run.`);
  }

  /** The run is over, however it ended: nobody waits for a vendor any more. */
  close(): void {
    this.#relay?.close();
  }

  /** Resolves once all that came so far has been dealt with. */
  async settled(): Promise<void> {
    await this.#order;
  }

  /** Without the secret values that this run has read. */
  hide(text: string): string {
    return this.#sink.hide?.(text) ?? text;
  }

  /** What its process wrote last, which its executor never saw. */
  lastWords(text: string): void {
    const lines = text.split("\n").slice(-LAST_WORDS_LINES_MAX);
    for (const line of lines)
      if (line !== "") this.#sink.log({ level: "error", atMs: Date.now(), text: Buffer.from(line) });
  }

  #onDone(header: unknown, body: Buffer): void {
    const { error, answer, waitsFor } = checkedRecord(header);
    const end: RunEnd =
      waitsFor !== undefined
        ? { state: "waiting", keys: checkedKeys(waitsFor) }
        : error !== undefined
          ? { state: "failed", error: checkedError(error, "USER_ERROR") }
          : answer === undefined
            ? { state: "completed" }
            : {
                state: "completed",
                answer: { header: checkedAnswer(answer), body: checkedAnswerBody(body) },
              };
    this.#inOrder(async () => this.#connection.end(end));
  }

  #onLog(header: unknown, body: Buffer): void {
    const { level, at } = checkedRecord(header);
    this.#logBytes += logCost(body);
    if (this.#logBytes > limits.logBytesPerRunMax)
      throw new FlowwError("FRAME_INVALID", "A run logged more than its executor would have let through.");
    this.#sink.log({
      level: checkedLevel(level),
      atMs: Number(at),
      text: body.subarray(0, limits.logLineBytesMax),
    });
  }

  #onAnswer(header: unknown, body: Buffer): void {
    const answer = checkedAnswer(header);
    checkedAnswerBody(body);
    this.#order ??= Promise.resolve();
    this.#inOrder(async () => {
      await this.#sink.answer(answer, body);
      this.#connection.send(ToExecutor.committed);
    });
  }

  #onChunk(body: Buffer): void {
    const bytes = body.byteLength;
    this.#underWayBytes += bytes;
    if (this.#order === undefined || this.#underWayBytes > UNDER_WAY_BYTES_MAX)
      throw new FlowwError("FRAME_INVALID", "A stream was sent without an answer, or faster than asked for.");
    this.#inOrder(async () => {
      await this.#sink.chunk(body);
      this.#underWayBytes -= bytes;
      this.#connection.send(ToExecutor.taken, { bytes });
    });
  }

  #onCall(header: unknown): void {
    const { call, operation, input } = checkedCall(header);
    this.#sink.call(operation, input).then(
      (value) => this.#connection.send(ToExecutor.reply, { call, value }),
      (thrown: unknown) => {
        const { code, message } = thrown instanceof FlowwError ? thrown : new FlowwError("INTERNAL");
        this.#connection.send(ToExecutor.reply, { call, error: { code, message } });
      },
    );
  }

  /** An answer that cannot be recorded ends its run, and none beside it. */
  #inOrder(step: () => Promise<void>): void {
    if (this.#order === undefined) return void step();
    this.#order = this.#order.then(step).catch((thrown: unknown) => {
      const { message } = thrown instanceof FlowwError ? thrown : new FlowwError("INTERNAL");
      this.#connection.send(ToExecutor.cancel, { reason: "cancelled" });
      this.#connection.end({ state: "interrupted", error: runError("INTERRUPTED", message) });
    });
  }
}
