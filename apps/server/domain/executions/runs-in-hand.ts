import type { Queryable } from "../../platform/db/database.ts";
import { listStarted, type StartedRun } from "./store.ts";

/** The runs that this server is at work on, from their start until their end is committed. */
export class RunsInHand {
  readonly #ids = new Set<string>();

  async during<T>(id: string, work: () => Promise<T>): Promise<T> {
    this.#ids.add(id);
    try {
      return await work();
    } finally {
      this.#ids.delete(id);
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }
}

/**
 * Finds the runs that the database gave to this server and that it knows nothing of: the commit was made, and its answer
 * got lost with the connection. While the server lives nobody else may take them up, so it is to give them back itself.
 */
export class ForgottenRuns {
  readonly #runs: RunsInHand;
  /** Not in hand at the last look; one that has only just been committed will be at the next. */
  #suspects = new Set<string>();

  constructor(runs: RunsInHand) {
    this.#runs = runs;
  }

  /** What was not in hand at this look and at the one before. */
  async find(database: Queryable, serverId: string): Promise<StartedRun[]> {
    const missing = (await listStarted(database, serverId)).filter(({ id }) => !this.#runs.has(id));
    const forgotten = missing.filter((run) => this.#suspects.has(nameOf(run)));
    this.#suspects = new Set(missing.map(nameOf));
    return forgotten;
  }
}

function nameOf({ id, epoch }: StartedRun): string {
  return `${id} ${epoch}`;
}
