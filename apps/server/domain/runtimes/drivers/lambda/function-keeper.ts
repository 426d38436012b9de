import type { FunctionSpec, LambdaFunctions } from "../../../../platform/clients/aws/lambda-functions.ts";
import { type Clock, makeFunction } from "./make-function.ts";

interface Kept {
  made: Promise<void>;
  /** Set once making it has failed. */
  failedAtMs?: number;
}

/** A failure is told again for so long: each run of a deployment would otherwise ask AWS for the same. */
const FAILURE_MS_MAX = 10_000;
/** A deployment proves in a function that it then has, before anything says that it is in use. */
const YOUNG_MS_MAX = 60 * 60_000;

/** The functions that this server has seen to be as they must, so that a run does not have to look. */
export class FunctionKeeper {
  readonly #functions: LambdaFunctions;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(functions: LambdaFunctions, clock: Clock) {
    this.#functions = functions;
    this.#clock = clock;
  }

  /** Resolves once it can be called; asked for by many at once, it is made once. @throws as makeFunction does */
  ensure(spec: FunctionSpec): Promise<void> {
    const known = this.#kept.get(spec.name);
    if (known !== undefined && !this.#isStale(known)) return known.made;
    const kept: Kept = { made: makeFunction(this.#functions, spec, this.#clock) };
    this.#kept.set(spec.name, kept);
    kept.made.catch(() => {
      kept.failedAtMs = this.#clock.now();
    });
    return kept.made;
  }

  /** It is not as it was thought to be: the next one looks again. */
  forget(name: string): void {
    this.#kept.delete(name);
  }

  async remove(name: string): Promise<void> {
    this.forget(name);
    await this.#functions.remove(name);
  }

  /** Removes what nothing needs any more; a function that is gone already, or removed by another server, is fine. */
  async removeAllBut(needed: ReadonlySet<string>, prefix: string): Promise<string[]> {
    const removed: string[] = [];
    for await (const { name, modifiedAtMs } of this.#functions.list(`${prefix}-`)) {
      if (needed.has(name) || this.#clock.now() - modifiedAtMs < YOUNG_MS_MAX) continue;
      await this.remove(name);
      removed.push(name);
    }
    return removed;
  }

  #isStale({ failedAtMs }: Kept): boolean {
    return failedAtMs !== undefined && this.#clock.now() - failedAtMs >= FAILURE_MS_MAX;
  }
}
