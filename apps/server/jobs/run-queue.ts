import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { failClaimed, loadClaimedEvent } from "../domain/deliveries/load-claimed-event.ts";
import { createRuntimeTarget } from "../domain/deployments/runtime-target.ts";
import { type RunContext, runExecution } from "../domain/executions/run-execution.ts";
import { type ClaimedExecution, claimExecutions } from "../domain/executions/store.ts";
import type { Vault } from "../domain/secrets/vault.ts";
import type { Database } from "../platform/db/database.ts";

export interface QueueContext extends RunContext {
  database: Database;
  vault: Vault;
  report(error: unknown): void;
}

const CLAIM_MAX = 50;
const RUNNING_MAX = 200;
/** A wake-up can get lost with its server; this is how late an execution may then be. */
const POLL_MS = 1_000;

/** Claims waiting executions and runs them: ticks, manual runs, `ack` webhooks, replays, what another server left. */
export class ExecutionQueue {
  readonly #context: QueueContext;
  readonly #running = new Set<Promise<void>>();
  readonly #poll: NodeJS.Timeout;
  #claiming: Promise<void> | undefined;
  #isWoken = false;
  #isStopped = false;

  constructor(context: QueueContext) {
    this.#context = context;
    this.#poll = setInterval(() => this.wake(), POLL_MS);
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#isStopped || this.#claiming !== undefined) return;
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined;
    });
  }

  /** Claims nothing more and waits for what runs, `graceMs` at most. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#poll);
    await this.#claiming;
    await Promise.race([
      Promise.all(this.#running),
      new Promise((resolve) => setTimeout(resolve, graceMs).unref()),
    ]);
  }

  async #claim(): Promise<void> {
    while (this.#isWoken && !this.#isStopped) {
      this.#isWoken = false;
      const limit = Math.min(CLAIM_MAX, RUNNING_MAX - this.#running.size);
      if (limit <= 0) return;
      try {
        const { database, serverId } = this.#context;
        const claimed = await claimExecutions(database, { serverId, limit });
        for (const execution of claimed) this.#start(execution);
        if (claimed.length === limit) this.#isWoken = true;
      } catch (error) {
        // The database is away: what waits, waits there. The next poll tries again.
        this.#context.report(error);
        return;
      }
    }
  }

  #start(execution: ClaimedExecution): void {
    const running = runClaimed(this.#context, execution)
      .catch((error: unknown) => this.#context.report(error))
      .finally(() => {
        this.#running.delete(running);
        if (this.#running.size === RUNNING_MAX - 1) this.wake();
      });
    this.#running.add(running);
  }
}

async function runClaimed(context: QueueContext, claimed: ClaimedExecution): Promise<void> {
  const { deploymentId, bundleHash } = claimed;
  if (deploymentId === null || bundleHash === null) {
    const error = new FlowwError("NOT_FOUND", `No active version has the handler "${claimed.handlerId}".`);
    return failClaimed(context, claimed, error);
  }
  const { timeoutMs } = JSON.parse(claimed.triggerInput.toString("utf8")) as { timeoutMs?: number };
  const event = await loadClaimedEvent(context, claimed);
  if (event === undefined) return;
  await runExecution(context, {
    id: claimed.id,
    publicId: formatId("execution", claimed.id),
    namespaceId: claimed.namespaceId,
    target: createRuntimeTarget(context, { ...claimed, deploymentId, bundleHash }),
    handlerId: claimed.handlerId,
    attempt: claimed.attempt,
    epoch: claimed.epoch,
    timeoutMs: timeoutMs ?? limits.deadlineMs,
    event,
  });
}
