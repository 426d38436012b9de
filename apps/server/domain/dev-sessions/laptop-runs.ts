import type { Json } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { parseId } from "@floww/contract/ids";
import type { Database } from "../../platform/db/database.ts";
import { findSessionRunOwner, listSessionRunOwners } from "../executions/store.ts";
import { type HandedBack, type HandIn, handIn } from "./hand-in.ts";
import type { LaptopDriver } from "./laptop-driver.ts";
import type { Letter, ServerMail } from "./server-mail.ts";

/** What one server asks another about the runs that it has for a laptop. */
export type RunLetter =
  | { about: "run"; sessionId: string; executionId: string; wanted: HandIn }
  | { about: "waiting"; sessionId: string };

/** A session, and the runs of its events that this server has. */
interface RunsHere {
  session: { id: string };
  driver: LaptopDriver;
}

/** Longer than a server that is well needs; a laptop asks again in a few seconds. */
const WAITING_MS_MAX = 2_000;
const NO_BYTES = Buffer.alloc(0);

/**
 * The runs of a laptop's events, on whichever server they are: the one at which an event came in has its caller, and keeps the
 * run; what the laptop hands in at another is brought there.
 */
export class LaptopRuns {
  readonly #database: Database;
  readonly #mail: ServerMail;

  constructor(database: Database, mail: ServerMail) {
    this.#database = database;
    this.#mail = mail;
  }

  /** @throws FlowwError STATE_CONFLICT when no server has it, or not in that state; INTERRUPTED when its server is gone */
  async handIn(
    { session, driver }: RunsHere,
    executionId: string,
    wanted: HandIn,
    bytes: Buffer = NO_BYTES,
  ): Promise<HandedBack> {
    if (driver.has(executionId)) return handIn(driver, executionId, wanted, bytes);
    const run = { sessionId: session.id, id: parseId("execution", executionId)! };
    const owner = await findSessionRunOwner(this.#database, run);
    // Says what is wrong with it.
    if (owner === undefined || owner.id === this.#mail.serverId)
      return handIn(driver, executionId, wanted, bytes);
    if (!owner.isAlive)
      throw new FlowwError("INTERRUPTED", `The server that had the event ${executionId} in hand has ended.`);
    const letter: RunLetter = { about: "run", sessionId: session.id, executionId, wanted };
    const reply = await this.#mail.ask(owner.id, { head: letter as unknown as Json, body: bytes });
    return { value: reply.head, bytes: reply.body };
  }

  /** What waits to be taken, wherever it does. */
  async waiting({ session, driver }: RunsHere): Promise<string[]> {
    const letter: RunLetter = { about: "waiting", sessionId: session.id };
    const owners = await listSessionRunOwners(this.#database, session.id);
    const others = owners.filter((id) => id !== this.#mail.serverId);
    const asked = others.map((id) =>
      this.#mail.ask(id, { head: letter, body: NO_BYTES }, { waitMs: WAITING_MS_MAX }).then(
        ({ head }) => head as string[],
        () => [],
      ),
    );
    return [...driver.waiting(), ...(await Promise.all(asked)).flat()];
  }

  /** Another server's letter. */
  async receive(letter: RunLetter, here: RunsHere | undefined, bytes: Buffer): Promise<Letter> {
    if (letter.about === "waiting") return { head: here?.driver.waiting() ?? [], body: NO_BYTES };
    if (here === undefined)
      throw new FlowwError("STATE_CONFLICT", `The event ${letter.executionId} is not being run here.`);
    const back = await handIn(here.driver, letter.executionId, letter.wanted, bytes);
    return { head: back.value, body: back.bytes };
  }
}
