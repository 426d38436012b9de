import { setTimeout as wait } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { type Credentials, RegistryToken } from "./registry-token.ts";
import { type Answer, readSmall, type Sent, sendRequest } from "./send-request.ts";

export interface RegistryOptions {
  /** Host, and port. */
  host: string;
  credentials?: Credentials;
  signal?: AbortSignal;
  /** Between attempts; for tests. */
  pause?: (ms: number) => Promise<void>;
}

const ATTEMPTS_MAX = 5;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const REDIRECTS_MAX = 5;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** A registry of the distribution spec, by its HTTP API. Plain HTTP is spoken on loopback only. */
export class Registry {
  readonly host: string;
  readonly origin: URL;
  readonly #options: RegistryOptions;
  readonly #token: RegistryToken;

  constructor(options: RegistryOptions) {
    this.host = options.host;
    this.origin = new URL(`${LOOPBACK.test(options.host) ? "http" : "https"}://${options.host}`);
    this.#options = options;
    this.#token = new RegistryToken(options.credentials);
  }

  /**
   * Sends until an answer comes that another attempt would not change. `path` may be an address that the registry gave.
   * @throws FlowwError REGISTRY_UNAVAILABLE, REGISTRY_REFUSED
   */
  async send(path: string, sent: Omit<Sent, "url">): Promise<Answer> {
    return await this.retry(() => this.sendOnce(path, sent));
  }

  /** Does a thing that may take several requests again from its beginning, while its failure is one that passes. */
  async retry<T>(once: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once();
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        if (error instanceof FlowwError && error.code !== "REGISTRY_UNAVAILABLE") throw error;
        if (attempt === ATTEMPTS_MAX) throw this.#unavailable(error);
      }
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
      await (this.#options.pause ?? wait)(pauseMs * (0.5 + Math.random() / 2));
    }
  }

  async sendOnce(path: string, sent: Omit<Sent, "url">): Promise<Answer> {
    const { signal } = this.#options;
    let url = new URL(path, this.origin);
    let isAskedAgain = false;
    for (let redirects = 0; ; ) {
      // A registry's store of blobs lies elsewhere, signs its own addresses and must not see our token.
      const isOurs = url.origin === this.origin.origin;
      const authorization = isOurs ? this.#token.header : undefined;
      const headers = { ...sent.headers, ...(authorization === undefined ? {} : { authorization }) };
      const answer = await sendRequest({
        ...sent,
        url,
        headers,
        ...(signal === undefined ? {} : { signal }),
      });
      const location = answer.headers.location;
      if (answer.status === 401 && isOurs && !isAskedAgain) {
        answer.body.destroy();
        isAskedAgain = true;
        await this.#token.answer(String(answer.headers["www-authenticate"] ?? ""), this.origin);
        continue;
      }
      if (answer.status >= 300 && answer.status < 400 && typeof location === "string") {
        answer.body.destroy();
        if (++redirects > REDIRECTS_MAX)
          throw new FlowwError("REGISTRY_REFUSED", `${this.host} redirects in a circle.`);
        const next = new URL(location, url);
        if (url.protocol === "https:" && next.protocol !== "https:")
          throw new FlowwError(
            "REGISTRY_REFUSED",
            `${this.host} redirects to ${next.origin}, which is not encrypted.`,
          );
        url = next;
        continue;
      }
      if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
        answer.body.destroy();
        throw new FlowwError(
          "REGISTRY_UNAVAILABLE",
          `${this.host} answered ${answer.status} to ${sent.method}.`,
        );
      }
      return answer;
    }
  }

  /** The error of an answer that is a refusal, with what the registry says of it. */
  async refused(answer: Answer, what: string): Promise<FlowwError> {
    const text = (await readSmall(answer).catch(() => Buffer.alloc(0))).toString("utf8").slice(0, 300);
    const said = /"message"\s*:\s*"([^"]{1,200})"/.exec(text)?.[1] ?? "";
    return new FlowwError(
      "REGISTRY_REFUSED",
      `${this.host} answered ${answer.status} to ${what}${said === "" ? "" : `: ${said}`}.`,
    );
  }

  #unavailable(cause: unknown): FlowwError {
    if (cause instanceof FlowwError) return cause;
    return new FlowwError(
      "REGISTRY_UNAVAILABLE",
      `${this.host} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}
