import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FlowwError } from "@floww/contract/errors";
import { FRAME_BYTES_MAX } from "@floww/contract/frames";
import { type CallBack, type RunCalls, readAsk } from "@floww/executor/host";
import { API_SOCKET, INSIDE } from "./container-command.ts";

const PATH = "/calls";
const READING_BYTES_MAX = 2 * FRAME_BYTES_MAX;

/** What the run in one container asks of the server, on the container's own socket: this server holds the run. */
export class RunAsks {
  #current: { authorization: string; calls: RunCalls } | undefined;
  #readingBytes = 0;

  /** The asks of one run, until it is over. */
  open(calls: RunCalls): CallBack {
    const token = randomBytes(24).toString("base64url");
    this.#current = { authorization: `Bearer ${token}`, calls };
    return { url: `http://floww${PATH}`, socketPath: `${INSIDE}/${API_SOCKET}`, token };
  }

  close(): void {
    this.#current = undefined;
  }

  async answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const current = this.#current;
    if (asked.url !== PATH || current === undefined || asked.headers.authorization !== current.authorization)
      return void answer.writeHead(401).end();
    try {
      const answerAsk = readAsk(await this.#read(asked));
      // One that goes away ends the vendor call behind it.
      const gone = new AbortController();
      answer.once("close", () => gone.abort());
      await pipeline(Readable.from(answerAsk(current.calls, gone.signal)), answer);
    } catch {
      answer.destroy();
    }
  }

  /** All that is being read at a time is bounded, however many requests it is: who sends more is cut off. */
  async #read(asked: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of asked as AsyncIterable<Buffer>) {
        size += chunk.byteLength;
        this.#readingBytes += chunk.byteLength;
        if (this.#readingBytes > READING_BYTES_MAX) throw new FlowwError("FRAME_INVALID");
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      this.#readingBytes -= size;
    }
  }
}
