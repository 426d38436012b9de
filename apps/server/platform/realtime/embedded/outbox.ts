import type { WebSocket } from "ws";

/** What goes over the wire, with its size: encoded once, however many clients it goes to. */
export interface EncodedLine {
  text: string;
  bytes: number;
}

export function encodeLine(value: object): EncodedLine {
  const text = JSON.stringify(value);
  return { text, bytes: Buffer.byteLength(text) };
}

/**
 * The bounded way out of one connection. One frame is with the socket at a time and the rest waits here, so that a client
 * that does not read costs no more than the bound, and what waits can be thrown away when it is cut off.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #bytesMax: number;
  readonly #onFull: () => void;
  #waiting: EncodedLine[] = [];
  /** With what the socket still has. */
  #bytes = 0;
  #isWriting = false;

  constructor(socket: WebSocket, bytesMax: number, onFull: () => void) {
    this.#socket = socket;
    this.#bytesMax = bytesMax;
    this.#onFull = onFull;
  }

  put(line: EncodedLine): void {
    if (this.#bytes + line.bytes > this.#bytesMax) return this.#onFull();
    this.#waiting.push(line);
    this.#bytes += line.bytes;
    if (!this.#isWriting) this.#write();
  }

  /** Gives the socket everything that waits, ahead of its close frame. */
  flush(): void {
    const rest = this.#waiting.splice(0);
    if (rest.length > 0) this.#socket.send(rest.map(({ text }) => text).join("\n"), ignoreError);
  }

  discard(): void {
    this.#waiting = [];
  }

  #write(): void {
    const lines = this.#waiting.splice(0, FRAME_LINES_MAX);
    if (lines.length === 0) return;
    this.#isWriting = true;
    const bytes = lines.reduce((sum, line) => sum + line.bytes, 0);
    this.#socket.send(lines.map(({ text }) => text).join("\n"), (error) => {
      this.#isWriting = false;
      this.#bytes -= bytes;
      if (error) this.discard();
      else this.#write();
    });
  }
}

/** Lines put into one frame: enough that a burst costs few system calls, small enough to be read at once. */
const FRAME_LINES_MAX = 64;

/** A socket that fails also closes, and the connection hears that. */
function ignoreError(): void {}
