import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { CredentialState } from "@floww/providers/server";
import type { OutsideAgents } from "../../../platform/outside/outside-agents.ts";
import { type OutsideAnswer, requestOutside } from "../../../platform/outside/request-outside.ts";
import type { Connection } from "../connection.ts";
import type { ConnectionBudget } from "./connection-budget.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface VendorCall {
  method: string;
  /** As the user half's client writes it: below the canonical base, or at another origin of the vendor's. */
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array;
  signal: AbortSignal;
}

export interface GatewayOptions {
  now?(): number;
  /** Told of each answer that says something of the credential, once the answer has been read so far. */
  noteCredential?(connection: Connection, state: CredentialState): Promise<void>;
}

/** What vendors say of a credential is at the beginning and short. */
const HEAD_BYTES = 4 * 1024;

const METHOD = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/;
const RETRIES_MAX = 2;
/** What a caller says about its own connection, or as somebody else. */
const REFUSED_HEADERS =
  /^(authorization|cookie|host|connection|keep-alive|te|trailer|upgrade|transfer-encoding|content-length|accept-encoding|expect|forwarded|proxy-.*|x-forwarded-.*|x-real-ip)$/;
const REFUSED_ANSWER_HEADERS = /^(set-cookie|connection|keep-alive|transfer-encoding|proxy-.*)$/;

/** The only place that puts a vendor's credential on the wire. It knows no run: who may call, its callers decide. */
export class Gateway {
  readonly #agents: OutsideAgents;
  readonly #now: () => number;
  readonly #budget: ConnectionBudget;
  readonly #noteCredential: GatewayOptions["noteCredential"];

  constructor(agents: OutsideAgents, budget: ConnectionBudget, options: GatewayOptions = {}) {
    this.#agents = agents;
    this.#budget = budget;
    this.#now = options.now ?? Date.now;
    this.#noteCredential = options.noteCredential;
  }

  /**
   * One call with the connection's credential. Waits for its turn, and when the vendor asks for a pause that is short
   * enough, asks again after it.
   *
   * @throws FlowwError PROVIDER_CALL_REFUSED, PROVIDER_UNREACHABLE; the signal's reason
   */
  async call(connection: Connection, call: VendorCall): Promise<OutsideAnswer> {
    const url = ownUrl(connection, call);
    const headers = ownHeaders(connection, call);
    for (let retries = 0; ; retries++) {
      const answer = await this.#ask(connection, call, { url, headers });
      const pauseMs = retryAfterMs(call.method, answer, this.#now());
      // The answer counts for more than that others hear of the pause: the vendor tells them itself.
      if (pauseMs !== undefined)
        await this.#budget.pause(connection.provider.id, pauseMs).catch(() => undefined);
      const isWorthIt =
        pauseMs !== undefined && pauseMs <= limits.providerPauseMsMax && retries < RETRIES_MAX;
      if (!isWorthIt) return this.#looked(connection, shown(connection, answer));
      await drain(answer);
    }
  }

  #looked(connection: Connection, answer: OutsideAnswer): OutsideAnswer {
    const note = async (head: Buffer) => {
      const { status, headers } = answer;
      const read = { status, headers: new Headers(headers), head: head.toString("utf8") };
      const state = connection.server.readCredential(read);
      // The answer counts for more than what it says beside.
      if (state !== undefined) await this.#noteCredential?.(connection, state).catch(() => undefined);
    };
    return { ...answer, body: tapHead(answer.body, note) };
  }

  async #ask(
    { provider }: Connection,
    { method, body, signal }: VendorCall,
    { url, headers }: { url: URL; headers: Record<string, string> },
  ): Promise<OutsideAnswer> {
    await this.#budget.waitForTurn(provider, signal);
    try {
      return await requestOutside(this.#agents, {
        method,
        url,
        headers,
        body,
        signal,
        waitMs: limits.providerWaitMs,
      });
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof FlowwError && cause.code === "EGRESS_REFUSED")
        throw new FlowwError("PROVIDER_CALL_REFUSED", `${url.host} is not on the public internet.`, {
          cause,
        });
      throw new FlowwError("PROVIDER_UNREACHABLE", `${url.host} could not be reached.`, { cause });
    }
  }
}

/** @throws FlowwError PROVIDER_CALL_REFUSED for an address that the credential is not for */
function ownUrl({ server, fields }: Connection, { url, method }: VendorCall): URL {
  const { canonicalBase } = server;
  const isBelow = url === canonicalBase || /^[/?]/.test(url.slice(canonicalBase.length));
  const asked = URL.parse(
    url.startsWith(canonicalBase) && isBelow ? server.base(fields) + url.slice(canonicalBase.length) : url,
  );
  const isOwn =
    asked !== null &&
    /^https?:$/.test(asked.protocol) &&
    asked.username === "" &&
    asked.password === "" &&
    server.origins(fields).includes(asked.origin);
  if (isOwn && METHOD.test(method)) return asked;
  const shown = asked === null ? "an address that is none" : asked.origin;
  throw new FlowwError(
    "PROVIDER_CALL_REFUSED",
    `The ${server.title} credential is not sent to ${shown} (${method.slice(0, 20)}).`,
  );
}

function ownHeaders({ server, fields }: Connection, { headers }: VendorCall): Record<string, string> {
  const own = new Headers();
  for (const [name, value] of headers) {
    if (!REFUSED_HEADERS.test(name.toLowerCase())) appendSafely(own, name, value);
  }
  if (!own.has("user-agent")) own.set("user-agent", "floww");
  own.set("accept-encoding", "identity");
  server.authorize(own, fields);
  return Object.fromEntries(own);
}

/** A name or a value that HTTP has no place for came out of user code. */
function appendSafely(headers: Headers, name: string, value: string): void {
  try {
    headers.append(name, value);
  } catch (cause) {
    throw new FlowwError(
      "PROVIDER_CALL_REFUSED",
      `The header ${JSON.stringify(name.slice(0, 50))} is not one.`,
      {
        cause,
      },
    );
  }
}

/** What user code gets to see: no more than the bound, and a redirect within the API as the API that it knows. */
function shown({ server, fields }: Connection, { status, headers, body }: OutsideAnswer): OutsideAnswer {
  const base = server.base(fields);
  const kept = headers
    .filter(([name]) => !REFUSED_ANSWER_HEADERS.test(name))
    .map(([name, value]): [string, string] => {
      const isWithin = name === "location" && value.startsWith(`${base}/`);
      return [name, isWithin ? server.canonicalBase + value.slice(base.length) : value];
    });
  return { status, headers: kept, body: countBytes(body) };
}

async function* countBytes(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > limits.providerAnswerBytesMax) {
      throw new FlowwError(
        "VALUE_TOO_LARGE",
        `The service's answer has more than ${limits.providerAnswerBytesMax} bytes.`,
      );
    }
    yield piece;
  }
}

/** The same pieces; `note` gets the first of them, as soon as they are there or the body ends. */
async function* tapHead(
  body: AsyncIterable<Uint8Array>,
  note: (head: Buffer) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const piece of body) {
    if (head !== undefined) head = Buffer.concat([head, piece.subarray(0, HEAD_BYTES)]);
    if (head !== undefined && head.byteLength >= HEAD_BYTES) {
      await note(head);
      head = undefined;
    }
    yield piece;
  }
  if (head !== undefined) await note(head);
}

async function drain({ body }: OutsideAnswer): Promise<void> {
  for await (const _ of body);
}
