import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../../platform/db/database.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;
/** Of one call. */
const TURN_MS = SECOND_MS / limits.providerCallsPerSecond;
/** Unused turns of so long are kept, for a burst. */
const BURST_MS = SECOND_MS;
/** Longer pauses are asked for again: no vendor's one answer shuts a connection for weeks. */
const PAUSE_MS_MAX = 24 * HOUR_MS;
/** The longest pause that is waited for, and behind it as many turns as there are in a few seconds. */
const WAIT_MS_MAX = limits.providerPauseMsMax + 5 * SECOND_MS;

export interface BudgetOptions {
  /** SQL that gives the time of all servers. */
  clock?: string;
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
}

/** Whose budget, and how a message names it. */
export interface BudgetOwner {
  id: string;
  type: string;
  alias: string;
}

interface TurnRow {
  waitMs: number;
  heldMs: number;
}

interface RefusalRow {
  waitMs: number;
  pauseMs: number;
}

/**
 * How fast all servers together call through each connection, and until when a vendor asked them to pause: one row a
 * connection, by the database's clock. A call takes its turn with one short statement and waits for it by itself, so turns
 * go to those who ask in their order, whichever server they are on, and a server that dies holds nothing.
 */
export class ConnectionBudget {
  readonly #database: Queryable;
  readonly #clock: string;
  readonly #sleep: NonNullable<BudgetOptions["sleep"]>;

  constructor(
    database: Queryable,
    {
      clock = "clock_timestamp()",
      sleep = (ms, signal) => delay(ms, undefined, { signal }),
    }: BudgetOptions = {},
  ) {
    this.#database = database;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  /**
   * Resolves when this call may go.
   *
   * @throws FlowwError PROVIDER_UNREACHABLE when that would take longer than a call may wait, which takes no turn; the
   * signal's reason
   */
  async waitForTurn(owner: BudgetOwner, signal: AbortSignal): Promise<void> {
    const { waitMs, heldMs } = await this.#take(owner);
    let [leftMs, waitedMs, heldBefore] = [waitMs, 0, heldMs];
    while (leftMs > 0) {
      await this.#sleep(leftMs, signal);
      waitedMs += leftMs;
      // What the vendor asked for meanwhile moves everyone who waits: nobody overtakes.
      const held = await this.#heldMs(owner.id);
      leftMs = held - heldBefore;
      heldBefore = held;
      if (leftMs > 0 && waitedMs + leftMs > WAIT_MS_MAX) throw pauseError(owner, leftMs);
    }
  }

  /** The vendor said `Retry-After`: for all calls of the connection, not only the one that was told. */
  async pause(providerId: string, ms: number): Promise<void> {
    if (ms <= 0) return;
    await this.#database.query(
      `insert into connection_budgets as b (provider_id, next_at, paused_until)
       select $1::uuid, until, until from (select ${this.#clock} + $2 * interval '1 millisecond' as until) as asked
       on conflict (provider_id) do update
       set next_at = greatest(b.next_at, ${this.#clock}) + (excluded.paused_until - greatest(b.paused_until, ${this.#clock})),
         held_ms = b.held_ms + ${inMs(`excluded.paused_until - greatest(b.paused_until, ${this.#clock})`)},
         paused_until = excluded.paused_until
       where excluded.paused_until > b.paused_until`,
      [providerId, Math.min(ms, PAUSE_MS_MAX)],
    );
  }

  async #take(owner: BudgetOwner): Promise<TurnRow> {
    const taken = await this.#database.query<TurnRow>(
      `insert into connection_budgets as b (provider_id, next_at)
       values ($1, ${this.#clock} - ${BURST_MS - TURN_MS} * interval '1 millisecond')
       on conflict (provider_id) do update
       set next_at = greatest(b.next_at, ${this.#clock} - ${BURST_MS} * interval '1 millisecond')
         + ${TURN_MS} * interval '1 millisecond'
       where b.next_at <= ${this.#clock} + ${WAIT_MS_MAX - TURN_MS} * interval '1 millisecond'
       returning ${inMs(`next_at - ${this.#clock}`)} as "waitMs", held_ms as "heldMs"`,
      [owner.id],
    );
    return taken.rows[0] ?? (await this.#refuse(owner));
  }

  async #refuse(owner: BudgetOwner): Promise<never> {
    const found = await this.#database.query<RefusalRow>(
      `select ${inMs(`next_at - ${this.#clock}`)} as "waitMs", ${inMs(`greatest(paused_until, ${this.#clock}) - ${this.#clock}`)} as "pauseMs"
       from connection_budgets where provider_id = $1`,
      [owner.id],
    );
    const { waitMs, pauseMs } = found.rows[0] ?? { waitMs: WAIT_MS_MAX, pauseMs: 0 };
    if (pauseMs >= 1) throw pauseError(owner, pauseMs);
    throw new FlowwError(
      "PROVIDER_UNREACHABLE",
      `${owner.type} (${owner.alias}) has calls waiting for the next ${Math.ceil(waitMs / SECOND_MS)} s: ` +
        `${limits.providerCallsPerSecond} a second may go.`,
    );
  }

  async #heldMs(providerId: string): Promise<number> {
    const found = await this.#database.query<{ heldMs: number }>(
      'select held_ms as "heldMs" from connection_budgets where provider_id = $1',
      [providerId],
    );
    return found.rows[0]?.heldMs ?? 0;
  }
}

function inMs(interval: string): string {
  return `(extract(epoch from ${interval}) * 1000)::float8`;
}

function pauseError({ type, alias }: BudgetOwner, ms: number): FlowwError {
  const seconds = Math.ceil(ms / SECOND_MS);
  return new FlowwError("PROVIDER_UNREACHABLE", `${type} (${alias}) asked for a pause of ${seconds} s.`);
}

/** Takes away budgets that nobody has drawn from for an hour: they are as full as one that is not there. Resolves with how many. */
export async function forgetBudgets(database: Queryable, batch: number): Promise<number> {
  const forgotten = await database.query(
    `delete from connection_budgets where provider_id in (
       select provider_id from connection_budgets where next_at < clock_timestamp() - interval '1 hour'
       limit $1 for update skip locked)`,
    [batch],
  );
  return forgotten.rowCount ?? 0;
}
