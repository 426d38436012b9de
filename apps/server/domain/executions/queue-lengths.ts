import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "./states.ts";

/** Not more often; and where the queues are long (100,000 rows take 90 ms), as seldom as leaves the database to others. */
const COUNT_EVERY_MS = 5_000;
const SHARE_MAX = 1 / 200;
/** A count that a frozen database held up says nothing of the queues: a namespace must not stay full for hours. */
const COUNT_EVERY_MS_MAX = 60_000;

/** How much each namespace has waiting, as far as this server last counted. */
export class QueueLengths {
  readonly #database: Queryable;
  readonly #max: number;
  readonly #now: () => number;
  #full: ReadonlySet<string> = new Set();
  #nextCountAt = Number.NEGATIVE_INFINITY;

  /** `now` is in milliseconds, from any beginning. */
  constructor(
    database: Queryable,
    { max = limits.queueLengthMax, now = () => performance.now() }: { max?: number; now?(): number } = {},
  ) {
    this.#database = database;
    this.#max = max;
    this.#now = now;
  }

  /** Counts again when the last count is old. */
  async look(): Promise<void> {
    const nowMs = this.#now();
    if (nowMs < this.#nextCountAt) return;
    this.#nextCountAt = nowMs + COUNT_EVERY_MS;
    const full = await this.#database.query<{ id: string }>(
      `select namespace_id as id from executions
       where state in (${ExecutionState.received}, ${ExecutionState.waiting}) and epoch = 0
       group by namespace_id having count(*) >= $1`,
      [this.#max],
    );
    this.#full = new Set(full.rows.map(({ id }) => id));
    const tookMs = this.#now() - nowMs;
    const pauseMs = Math.max(COUNT_EVERY_MS, tookMs / SHARE_MAX);
    this.#nextCountAt = nowMs + Math.min(pauseMs, COUNT_EVERY_MS_MAX);
  }

  /** For an event that would wait. @throws FlowwError QUEUE_FULL */
  assertRoom(namespaceId: string): void {
    if (!this.#full.has(namespaceId)) return;
    throw new FlowwError("QUEUE_FULL", `${this.#max} executions of this namespace wait to be started.`);
  }
}
