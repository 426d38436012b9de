import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { ExecutionState } from "../states.ts";
import { cancelRuns } from "./cancel-runs.ts";
import { forgetIdle } from "./meter.ts";
import { listHeldKeys, settleSlots } from "./settle-slots.ts";

/** Of one transaction: others wait for their locks until it ends. */
const KEYS_MAX = 100;
const EXPIRED_MAX = 500;
const IDLE_MAX = 1_000;

const FIRST_KEY = Buffer.alloc(0);

/**
 * The part of the queue that fills free slots. A key is looked at when a run of it came or ended at this server; and a few
 * keys at each periodic look, whoever they belong to: what a server left behind when it died is found again so.
 */
export class FlowKeeper {
  readonly #database: Database;
  readonly #looks: Queryable;
  readonly #woken = new Map<string, Buffer>();
  #lookedUntil: Buffer = FIRST_KEY;

  /** `looks`: for what is asked each second. */
  constructor(database: Database, looks: Queryable = database) {
    this.#database = database;
    this.#looks = looks;
  }

  wake(flowKey: Buffer): void {
    this.#woken.set(flowKey.toString("hex"), flowKey);
  }

  /** Fills the slots of the keys that were woken. */
  async settle(): Promise<void> {
    while (this.#woken.size > 0) {
      const keys = [...this.#woken].slice(0, KEYS_MAX);
      for (const [hex] of keys) this.#woken.delete(hex);
      try {
        await settleSlots(
          this.#database,
          keys.map(([, key]) => key),
        );
      } catch (error) {
        for (const [hex, key] of keys) this.#woken.set(hex, key);
        throw error;
      }
    }
  }

  /** What nobody would be woken for. */
  async look(): Promise<void> {
    const keys = await listHeldKeys(this.#looks, this.#lookedUntil, KEYS_MAX);
    this.#lookedUntil = keys.length < KEYS_MAX ? FIRST_KEY : keys.at(-1)!;
    for (const key of keys) this.wake(key);
    await expireRuns(this.#database);
    await forgetIdle(this.#looks, IDLE_MAX);
  }
}

/** Ends what was not started in time. */
export async function expireRuns(database: Database): Promise<void> {
  await database.transaction(async (transaction) => {
    const expired = await transaction.query<{ id: string }>(
      `select id from executions where expires_at < now() and state < ${ExecutionState.started}
       order by expires_at limit $1 for update skip locked`,
      [EXPIRED_MAX],
    );
    await cancelRuns(
      transaction,
      expired.rows.map(({ id }) => id),
      new FlowwError("RUN_EXPIRED"),
    );
  });
}
