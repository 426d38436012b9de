import type { ClientRequest, IncomingMessage } from "node:http";
import { FlowwError, isErrorCode } from "@floww/contract/errors";
import {
  encodeFrame,
  FRAME_BYTES_MAX,
  type Frame,
  FrameDecoder,
  FromExecutor,
  STREAM_WINDOW_BYTES,
  ToExecutor,
} from "@floww/contract/frames";
import type { CallBack } from "../host/run.ts";

interface Asked {
  callBack: CallBack;
  /** `call` or `fetch`. */
  kind: number;
  run: number;
  call: number;
  frame: Uint8Array;
  isEnded: boolean;
  request: ClientRequest | undefined;
  answer: IncomingMessage | undefined;
  /** Handed to the run and not yet read by it. */
  underWayBytes: number;
  retries: number;
}

/** Before anything was sent it may be sent again: a server that starts anew is away for a moment. */
const RETRY_MS = [100, 400, 1_600] as const;
const ERROR_BYTES_MAX = 64 * 1024;
const UNAUTHENTICATED = 401;

/**
 * What runs ask of the server when no pipe leads there: a request for each call, answered by the frames that the pipe
 * would have carried. The token stays in here: user code is never handed it.
 */
export class LambdaCalls {
  readonly #receive: (frame: Frame) => void;
  readonly #http = process.getBuiltinModule("node:http");
  readonly #https = process.getBuiltinModule("node:https");
  readonly #agents = {
    "http:": new this.#http.Agent({ keepAlive: true }),
    "https:": new this.#https.Agent({ keepAlive: true }),
  };
  readonly #asked = new Map<number, Asked>();

  constructor(receive: (frame: Frame) => void) {
    this.#receive = receive;
  }

  ask(
    callBack: CallBack,
    { kind, run, header, body }: { kind: number; run: number; header: { call: number }; body?: Uint8Array },
  ): void {
    const { call } = header;
    const asked: Asked = {
      ...{ callBack, kind, run, call, frame: encodeFrame(kind, run, header, body) },
      ...{ isEnded: false, request: undefined, answer: undefined, underWayBytes: 0, retries: 0 },
    };
    this.#asked.set(call, asked);
    this.#send(asked);
  }

  /** The run has read this much of an answer. */
  taken(call: number, bytes: number): void {
    const asked = this.#asked.get(call);
    if (asked === undefined) return;
    asked.underWayBytes -= bytes;
    if (asked.underWayBytes < STREAM_WINDOW_BYTES) asked.answer?.resume();
  }

  /** The run does not want the rest. */
  drop(call: number): void {
    const asked = this.#asked.get(call);
    if (asked !== undefined) this.#end(asked);
  }

  /** The run has ended: nobody is there to hear any more. */
  dropAll(): void {
    for (const asked of this.#asked.values()) this.#end(asked);
  }

  #send(asked: Asked): void {
    const { url, token, socketPath } = asked.callBack;
    const { protocol } = new URL(url);
    const options = {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/octet-stream",
        "content-length": asked.frame.byteLength,
      },
      agent: this.#agents[protocol as "http:" | "https:"],
      ...(socketPath === undefined ? {} : { socketPath }),
    };
    const request = (protocol === "https:" ? this.#https : this.#http).request(url, options);
    asked.request = request;
    request.once("response", (answer) => this.#onAnswer(asked, answer));
    request.once("error", (error: NodeJS.ErrnoException) => this.#onBroken(asked, error));
    request.end(asked.frame);
  }

  #onAnswer(asked: Asked, answer: IncomingMessage): void {
    asked.answer = answer;
    if (answer.statusCode !== 200) return void this.#readRefusal(asked, answer);
    answer.once("error", (error) => this.#onBroken(asked, error));
    // A connection that was cut ends without an error.
    answer.once("close", () => this.#onBroken(asked, undefined));
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    answer.on("data", (bytes: Buffer) => {
      try {
        for (const frame of decoder.push(bytes)) this.#onFrame(asked, frame);
      } catch (error) {
        this.#onBroken(asked, error as Error);
      }
    });
  }

  #onFrame(asked: Asked, frame: Frame): void {
    if (asked.isEnded) return;
    const { kind, header, body } = frame;
    const isLast =
      kind === ToExecutor.reply ||
      kind === ToExecutor.fetchEnd ||
      (kind === ToExecutor.fetched && (header as { error?: unknown }).error !== undefined);
    if (kind === ToExecutor.fetchChunk) {
      asked.underWayBytes += body.byteLength;
      if (asked.underWayBytes >= STREAM_WINDOW_BYTES) asked.answer?.pause();
    }
    if (isLast) this.#forget(asked);
    // The number of the run is the one that asked, whatever the answer says.
    this.#receive({ ...frame, run: asked.run });
  }

  async #readRefusal(asked: Asked, answer: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        bytes += chunk.byteLength;
        if (bytes > ERROR_BYTES_MAX) break;
        chunks.push(chunk);
      }
    } catch {
      // Cut off: its status says enough.
    }
    this.#fail(asked, refusal(answer.statusCode ?? 0, Buffer.concat(chunks).toString("utf8")));
  }

  #onBroken(asked: Asked, error: NodeJS.ErrnoException | undefined): void {
    if (asked.isEnded) return;
    const isUnsent = error?.code === "ECONNREFUSED" || error?.code === "ENOENT";
    const pauseMs = isUnsent ? RETRY_MS[asked.retries++] : undefined;
    if (pauseMs === undefined)
      return this.#fail(asked, new FlowwError("CALL_UNANSWERED", undefined, { cause: error }));
    setTimeout(() => {
      if (!asked.isEnded) this.#send(asked);
    }, pauseMs);
  }

  #fail(asked: Asked, { code, message }: FlowwError): void {
    if (asked.isEnded) return;
    const { run, call, kind, answer } = asked;
    const hasBegun = answer?.statusCode === 200 && kind === FromExecutor.fetch;
    const answered =
      kind === FromExecutor.call ? ToExecutor.reply : hasBegun ? ToExecutor.fetchEnd : ToExecutor.fetched;
    this.#end(asked);
    this.#receive({ kind: answered, run, header: { call, error: { code, message } }, body: Buffer.alloc(0) });
  }

  #end(asked: Asked): void {
    this.#forget(asked);
    asked.request?.destroy();
  }

  #forget(asked: Asked): void {
    asked.isEnded = true;
    if (this.#asked.get(asked.call) === asked) this.#asked.delete(asked.call);
  }
}

/** A token that is nobody's any more is that of a run that has ended. */
function refusal(status: number, text: string): FlowwError {
  if (status === UNAUTHENTICATED) return new FlowwError("RUN_ENDED");
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    if (isErrorCode(error.code)) return new FlowwError(error.code, error.message);
  } catch {
    // Not ours: a proxy's page.
  }
  return new FlowwError("CALL_UNANSWERED", `The server answered ${status}.`);
}
