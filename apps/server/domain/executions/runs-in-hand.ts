import type { Queryable } from "../../platform/db/database.ts";
import { listStarted, type StartedRun } from "./store.ts";

/**
 * The starts that this server is at work on, from their claim until their end is committed. By start, not by run: the next
 * start of a run may be here before the last one has left.
 */
export class RunsInHand {
  readonly #counts = new Map<string, number>();

  during<T>(run: StartedRun, work: () => Promise<T>): Promise<T> {
    return this.duringAll([run], work);
  }

  async duringAll<T>(runs: readonly StartedRun[], work: () => Promise<T>): Promise<T> {
    const names = runs.map(nameOf);
    for (const name of names) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    try {
      return await work();
    } finally {
      for (const name of names) this.#leave(name);
    }
  }

  has(run: StartedRun): boolean {
    return this.#counts.has(nameOf(run));
  }

  #leave(name: string): void {
    const others = this.#counts.get(name)! - 1;
    if (others === 0) this.#counts.delete(name);
    else this.#counts.set(name, others);
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
    const missing = (await listStarted(database, serverId)).filter((run) => !this.#runs.has(run));
    const forgotten = missing.filter((run) => this.#suspects.has(nameOf(run)));
    this.#suspects = new Set(missing.map(nameOf));
    return forgotten;
  }
}

function nameOf({ id, epoch }: StartedRun): string {
  return `${id} ${epoch}`;
}
