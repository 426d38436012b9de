import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";

/** Long enough to look for a key in a drawer. */
export const CHALLENGE_SECONDS = 10 * 60;
const CHALLENGE_BYTES = 32;

interface Written {
  challenge: string;
  until: number;
}

/**
 * What authenticators are asked to sign. A challenge travels in a ticket that its browser keeps, so that asking writes
 * nothing; an answer writes that it came, so that it comes once.
 */
export class Challenges {
  readonly #key: Buffer;
  readonly #now: () => number;

  constructor(key: Buffer, { now = Date.now }: { now?: () => number } = {}) {
    this.#key = key;
    this.#now = now;
  }

  /** `purpose`: what the answer is for, and whose it is; a ticket of another one is none. */
  start(purpose: string): { challenge: string; ticket: string } {
    const challenge = randomBytes(CHALLENGE_BYTES).toString("base64url");
    const written: Written = { challenge, until: this.#now() + CHALLENGE_SECONDS * 1_000 };
    const text = Buffer.from(JSON.stringify(written)).toString("base64url");
    return { challenge, ticket: `${text}.${this.#mac(purpose, text)}` };
  }

  /** The challenge, once. @throws FlowwError SIGN_IN_EXPIRED for a ticket that is another's, old or used */
  async take(database: Queryable, { purpose, ticket }: { purpose: string; ticket: string }): Promise<string> {
    const { challenge, until } = this.#read(purpose, ticket) ?? {};
    if (challenge === undefined || until === undefined || until <= this.#now())
      throw new FlowwError("SIGN_IN_EXPIRED");
    await database.query("delete from used_challenges where expires_at < now()");
    const taken = await database.query(
      "insert into used_challenges (hash, expires_at) values ($1, to_timestamp($2)) on conflict do nothing",
      // A minute more: the database's clock is another's.
      [createHash("sha256").update(challenge).digest(), until / 1_000 + 60],
    );
    if (taken.rowCount !== 1) throw new FlowwError("SIGN_IN_EXPIRED", "This answer was given before.");
    return challenge;
  }

  #read(purpose: string, ticket: string): Written | undefined {
    const [text = "", mac = ""] = ticket.split(".");
    const [given, wanted] = [Buffer.from(mac), Buffer.from(this.#mac(purpose, text))];
    if (given.byteLength !== wanted.byteLength || !timingSafeEqual(given, wanted)) return undefined;
    // Our own words: nobody else can sign them.
    return JSON.parse(Buffer.from(text, "base64url").toString()) as Written;
  }

  #mac(purpose: string, text: string): string {
    return createHmac("sha256", this.#key).update(`${purpose} ${text}`).digest("base64url");
  }
}
