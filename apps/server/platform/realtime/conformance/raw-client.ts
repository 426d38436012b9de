import { WebSocket } from "ws";

type Json = Record<string, unknown>;

const LIMIT_MS = 10_000;

/** A WebSocket that says exactly what a test wants said. It answers pings unless told not to. */
export class RawClient implements Disposable {
  readonly socket: WebSocket;
  readonly received: Json[] = [];
  closeCode: number | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, options: { origin?: string; answersPings?: boolean } = {}) {
    const { origin, answersPings = true } = options;
    this.socket = new WebSocket(url, origin === undefined ? {} : { origin });
    this.socket.on("error", () => {}); // The close that follows is what tests look at.
    this.socket.on("message", (frame) => {
      for (const line of String(frame).split("\n")) {
        if (line === "{}" && answersPings) this.socket.send("{}");
        this.received.push(JSON.parse(line));
      }
      this.#wake();
    });
    this.socket.on("close", (code) => {
      this.closeCode = code;
      this.#wake();
    });
  }

  [Symbol.dispose](): void {
    this.socket.terminate();
  }

  async opened(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.socket.once("open", resolve);
      this.socket.once("close", () => resolve());
    });
    return this;
  }

  send(...commands: object[]): void {
    this.socket.send(commands.map((command) => JSON.stringify(command)).join("\n"));
  }

  /** Sends a command and gives its reply, or the code that the connection was closed with. */
  async ask(command: Json & { id: number }): Promise<Json | number> {
    this.send(command);
    return await this.until(() => this.received.find(({ id }) => id === command.id) ?? this.closeCode);
  }

  /** The reply's refusal or the close's code: how a command was turned down, or undefined when it was not. */
  async refusalOf(command: Json & { id: number }): Promise<number | undefined> {
    const answer = await this.ask(command);
    if (typeof answer === "number") return answer;
    return (answer.error as { code: number } | undefined)?.code;
  }

  async closed(): Promise<number> {
    return await this.until(() => this.closeCode);
  }

  async push(kind: string): Promise<Json> {
    return await this.until(() => this.received.map(({ push }) => push as Json).find((push) => push?.[kind]));
  }

  async until<T>(find: () => T | undefined): Promise<T> {
    const until = AbortSignal.timeout(LIMIT_MS);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (until.aborted)
        throw new RangeError(`Not received within ${LIMIT_MS} ms: ${JSON.stringify(this.received)}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        until.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
