import type { Json } from "@floww/contract/abi";
import { type ErrorReply, errorReply, FlowwError, isErrorCode } from "@floww/contract/errors";
import type { Database, Listener, Queryable } from "../../platform/db/database.ts";
import { listen } from "../../platform/db/listen.ts";

import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { newUuid } from "../../platform/uuid-v7.ts";

/** One server's question to another, or its reply. */
export interface Letter {
  head: Json;
  body: Buffer;
}

export interface ServerMailOptions {
  database: Database;
  serverId: string;
  report(error: unknown): void;
}

/** How often those that are waited for are looked at: one whose lease is over replies no more. */
const LOOK_EVERY_MS = 1_000;
/** Longer than anything that a laptop asks for: a vendor's answer, or a caller who reads slowly. */
const REPLY_MS_MAX = 2 * 60_000;
/** A letter that old has neither a reader nor anybody who waits. */
const FORGET_MINUTES = 10;
const CHANNEL_PREFIX = "server_letters_";

interface Asked {
  to: string;
  resolve(reply: Letter): void;
  reject(error: unknown): void;
}

interface LetterRow {
  id: string;
  fromServer: string;
  replyTo: string | null;
  isError: boolean;
  head: Buffer;
  body: Buffer;
}

/**
 * Servers share nothing but the database: what one has to ask of another goes through a table, with NOTIFY on the other's
 * own channel. A letter is read once; one whose NOTIFY is lost is read when its reader's connection is back.
 */
export class ServerMail {
  readonly #options: ServerMailOptions;
  readonly #asked = new Map<string, Asked>();
  #listener: Listener | undefined;
  #receive: ((letter: Letter) => Promise<Letter>) | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: ServerMailOptions) {
    this.#options = options;
  }

  get serverId(): string {
    return this.#options.serverId;
  }

  /** Begins to reply to others: what `receive` rejects with is what their `ask` does. */
  async open(receive: (letter: Letter) => Promise<Letter>): Promise<void> {
    const { database, serverId, report } = this.#options;
    this.#receive = receive;
    this.#listener = await listen(database, `${CHANNEL_PREFIX}${serverId.replaceAll("-", "")}`, {
      onNotification: (id) => void this.#read(id).catch(report),
      onReconnect: () => void this.#read(undefined).catch(report),
    });
  }

  async close(): Promise<void> {
    for (const { reject } of this.#asked.values()) reject(new FlowwError("SERVER_STOPPING"));
    await this.#listener?.close();
  }

  /** @throws FlowwError of the one that replies; INTERRUPTED when its lease ends before, or the time is over */
  async ask(to: string, { head, body }: Letter, { waitMs = REPLY_MS_MAX } = {}): Promise<Letter> {
    const id = newUuid();
    const { promise, resolve, reject } = Promise.withResolvers<Letter>();
    this.#asked.set(id, { to, resolve, reject });
    this.#looking ??= setInterval(() => void this.#look().catch(this.#options.report), LOOK_EVERY_MS);
    const timer = setTimeout(() => reject(noReply("gave no reply in time")), waitMs);
    this.#send({ id, to, body, head: encode(head) }).catch(reject);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
      if (this.#asked.size === 0) {
        clearInterval(this.#looking);
        this.#looking = undefined;
      }
    }
  }

  /** Asks every other server that lives; resolves when each has replied, or the time is over. */
  async askOthers(letter: Letter, { waitMs }: { waitMs: number }): Promise<void> {
    const others = (await this.#listLive()).filter((id) => id !== this.serverId);
    await Promise.allSettled(others.map((id) => this.ask(id, letter, { waitMs })));
  }

  /** The letter of this id, or all that lie there for this server. */
  async #read(id: string | undefined): Promise<void> {
    const read = await this.#options.database.query<LetterRow>(
      `delete from server_letters where to_server = $1 and ($2::uuid is null or id = $2)
       returning id, from_server as "fromServer", reply_to as "replyTo", is_error as "isError", head, body`,
      [this.serverId, id],
    );
    await Promise.all(read.rows.map((letter) => this.#open(letter)));
  }

  async #open({ id, fromServer, replyTo, isError, ...row }: LetterRow): Promise<void> {
    const head = JSON.parse(row.head.toString("utf8")) as Json;
    if (replyTo === null) return this.#reply({ id, to: fromServer }, { head, body: row.body });
    const asked = this.#asked.get(replyTo);
    if (isError) asked?.reject(decodeError(head));
    else asked?.resolve({ head, body: row.body });
  }

  async #reply({ id: replyTo, to }: { id: string; to: string }, letter: Letter): Promise<void> {
    const replied = await this.#receive!(letter).then(
      ({ head, body }) => ({ head: encode(head), body, isError: false }),
      (error: unknown) => ({ head: encode(this.#encodeError(error)), body: Buffer.alloc(0), isError: true }),
    );
    // Whoever waits for it waits while this server lives: a database that is away for a moment must not lose it.
    const reply = { ...replied, id: newUuid(), to, replyTo };
    await outlastOutage(() => this.#send(reply));
  }

  async #send({
    id,
    to,
    replyTo,
    isError = false,
    head,
    body,
  }: {
    id: string;
    to: string;
    replyTo?: string;
    isError?: boolean;
    head: Buffer;
    body: Buffer;
  }): Promise<void> {
    await this.#options.database.query(
      `with sent as (
         insert into server_letters (id, to_server, from_server, reply_to, is_error, head, body)
         values ($1, $2, $3, $4, $5, $6, $7) returning id, to_server
       ) select pg_notify('${CHANNEL_PREFIX}' || replace(to_server::text, '-', ''), id::text) from sent`,
      [id, to, this.serverId, replyTo, isError, head, body],
    );
  }

  /** Nobody says that a server is gone: its lease ends. */
  async #look(): Promise<void> {
    const live = new Set(await this.#listLive());
    for (const { to, reject } of this.#asked.values()) {
      if (!live.has(to)) reject(noReply("ended before it replied"));
    }
  }

  async #listLive(): Promise<string[]> {
    const { database } = this.#options;
    const live = await database.query<{ id: string }>("select id from servers where lease_until > now()");
    return live.rows.map(({ id }) => id);
  }

  #encodeError(error: unknown): Json {
    if (error instanceof FlowwError) return errorReply(error).error as Json;
    this.#options.report(error);
    return errorReply(new FlowwError("INTERNAL")).error as Json;
  }
}

/** Letters that nobody reads any more: to servers that are gone, or from them. Returns how many. */
export async function forgetLetters(database: Queryable, limit: number): Promise<number> {
  const forgotten = await database.query(
    `delete from server_letters where id in (
       select id from server_letters where sent_at < now() - interval '${FORGET_MINUTES} minutes' limit $1)`,
    [limit],
  );
  return forgotten.rowCount ?? 0;
}

function noReply(why: string): FlowwError {
  return new FlowwError("INTERRUPTED", `The server that has this event in hand ${why}.`);
}

function encode(head: Json): Buffer {
  return Buffer.from(JSON.stringify(head));
}

function decodeError(head: Json): FlowwError {
  const { code, message, fix, details } = head as unknown as ErrorReply["error"];
  return new FlowwError(isErrorCode(code) ? code : "INTERNAL", message, { fix, details });
}
