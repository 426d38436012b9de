import type { Queryable } from "../../../platform/db/database.ts";
import { type BatchContext, formBatch } from "./form-batch.ts";
import { endMembers, listDueKeys } from "./store.ts";

const KEYS_MAX = 100;
const ENDED_MAX = 100;

/**
 * The part of the queue that makes batches. A key is looked at when an event of it came at this server, and when one has
 * waited long enough, whichever server it came to; what a server that died left behind is found so.
 */
export class BatchKeeper {
  readonly #context: BatchContext;
  readonly #looks: Queryable;
  readonly #woken = new Map<string, Buffer>();
  #hasEnded = true;

  /** `looks`: for what is asked each second. */
  constructor(context: BatchContext, looks: Queryable = context.database) {
    this.#context = context;
    this.#looks = looks;
  }

  wake(key: Buffer): void {
    this.#woken.set(key.toString("hex"), key);
  }

  /** A batch may be over. */
  wakeMembers(): void {
    this.#hasEnded = true;
  }

  /** What nobody would be woken for. */
  async look(): Promise<void> {
    for (const key of await listDueKeys(this.#looks, KEYS_MAX)) this.wake(key);
    this.#hasEnded = true;
  }

  /**
   * Starts what is full or has waited long enough, and ends the events of batches that are over. Resolves with the limits
   * that new batches wait for, with how many events ended, and how long it is until the next batch is due.
   */
  async settle(): Promise<{ flowKeys: Buffer[]; ended: number; dueInMs: number | undefined }> {
    const flowKeys: Buffer[] = [];
    let dueInMs: number | undefined;
    for (const [hex, key] of this.#woken) {
      // A key of which more may be left comes again in this loop, at its end.
      const formed = await this.#form(hex, key);
      if (formed.kind === "early") dueInMs = Math.min(dueInMs ?? Number.POSITIVE_INFINITY, formed.dueInMs);
      if (formed.kind === "formed" && formed.flowKey !== null) flowKeys.push(formed.flowKey);
    }
    return { flowKeys, ended: await this.#endMembers(), dueInMs };
  }

  async #form(hex: string, key: Buffer) {
    this.#woken.delete(hex);
    try {
      const formed = await formBatch(this.#context, key);
      // More may be left than one batch takes.
      if (formed.kind === "formed") this.#woken.set(hex, key);
      return formed;
    } catch (error) {
      this.#woken.set(hex, key);
      throw error;
    }
  }

  async #endMembers(): Promise<number> {
    let total = 0;
    while (this.#hasEnded) {
      const ended = await endMembers(this.#looks, ENDED_MAX);
      total += ended;
      this.#hasEnded = ended > 0;
    }
    return total;
  }
}
