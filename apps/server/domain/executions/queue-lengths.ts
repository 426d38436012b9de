import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "./states.ts";

/** A count of 100,000 rows takes some 20 ms of the database: not more often. */
const COUNT_EVERY_MS = 5_000;

/** How much each namespace has waiting, as far as this server last counted. */
export class QueueLengths {
  readonly #database: Queryable;
  readonly #max: number;
  #full: ReadonlySet<string> = new Set();
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(database: Queryable, { max = limits.queueLengthMax }: { max?: number } = {}) {
    this.#database = database;
    this.#max = max;
  }

  /** Counts again when the last count is old. */
  async look(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#countedAt < COUNT_EVERY_MS) return;
    this.#countedAt = nowMs;
    const full = await this.#database.query<{ id: string }>(
      `select namespace_id as id from executions
       where state in (${ExecutionState.received}, ${ExecutionState.waiting}) and epoch = 0
       group by namespace_id having count(*) >= $1`,
      [this.#max],
    );
    this.#full = new Set(full.rows.map(({ id }) => id));
  }

  /** For an event that would wait. @throws FlowwError QUEUE_FULL */
  assertRoom(namespaceId: string): void {
    if (!this.#full.has(namespaceId)) return;
    throw new FlowwError("QUEUE_FULL", `${this.#max} executions of this namespace wait to be started.`);
  }
}
