import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { BatchKeeper } from "../domain/deliveries/batches/batch-keeper.ts";
import { failClaimed, loadClaimedEvent } from "../domain/deliveries/load-claimed-event.ts";
import { createRuntimeTarget } from "../domain/deployments/runtime-target.ts";
import { claimExecutions } from "../domain/executions/claim-executions.ts";
import { FlowKeeper } from "../domain/executions/flow/keep-flow.ts";
import type { QueueLengths } from "../domain/executions/queue-lengths.ts";
import { runExecution } from "../domain/executions/run-execution.ts";
import { runPolicyOf } from "../domain/executions/run-policy.ts";
import { ExecutionMode, ExecutionOrigin } from "../domain/executions/states.ts";
import { type ClaimedExecution, promoteDue } from "../domain/executions/store.ts";
import type { RunContext } from "../domain/executions/types.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { settleChildren } from "../domain/journal/settle-children.ts";
import { tellEventsInHand } from "../domain/journal/tell-event.ts";
import type { Vault } from "../domain/secrets/vault.ts";
import type { Database } from "../platform/db/database.ts";
import { OwnConnection } from "../platform/db/own-connection.ts";

export interface QueueContext extends RunContext {
  database: Database;
  vault: Vault;
  queueLengths: QueueLengths;
  jobStates: JobStates;
  /** A laptop's executions are ready to go on. */
  wakeDevSessions(ids: readonly string[]): void;
  report(error: unknown): void;
}

/** Few at a time: who comes meanwhile waits for this claim, and for the commits and starts that it causes. */
const CLAIM_MAX = 10;
const RUNNING_MAX = 200;
/** Half: whatever one namespace has waiting and however long its runs take, there is room for another's. */
const NAMESPACE_RUNNING_MAX = RUNNING_MAX / 2;
/** A wake-up can get lost with its server; this is how late an execution may then be. */
const POLL_MS = 1_000;
/** How long nothing more is claimed after a claim, by what it took. */
const PAUSE_SHARE = 2;
/** No claim and no look takes so long on a database that lives. */
const CLAIM_MS_MAX = 15_000;
const PROMOTE_MAX = 500;
/** What is due later than the next look need not be remembered. */
const TIMER_MS_MAX = POLL_MS;

/**
 * Claims waiting executions and runs them: ticks, manual runs, `ack` webhooks, replays, what another server left. What makes
 * executions ready (they are due, a limit has room) goes on beside the claims: an event that is ready waits for none of it.
 */
export class ExecutionQueue {
  readonly #context: QueueContext;
  readonly #claims: OwnConnection;
  readonly #looks: OwnConnection;
  readonly #running = new Set<Promise<void>>();
  readonly #runningOf = new Map<string, number>();
  readonly #flow: FlowKeeper;
  readonly #batches: BatchKeeper;
  readonly #poll: NodeJS.Timeout;
  /** The next claim begins with the namespace after it. */
  #lastNamespace: string | undefined;
  #claiming: Promise<void> | undefined;
  /** Until the claim of what the last one left, unless something is ready before. */
  #pause: NodeJS.Timeout | undefined;
  #readying: Promise<void> | undefined;
  /** The next time that something is known to be due, in milliseconds of performance.now(). */
  #dueAtMs = Number.POSITIVE_INFINITY;
  #dueTimer: NodeJS.Timeout | undefined;
  #mayBeDue = true;
  /** Of a limit; or of a batch something may be full, or over. */
  #mayHaveRoom = false;
  #isWoken = false;
  #isStopped = false;

  constructor(context: QueueContext) {
    this.#context = context;
    const connect = () => context.database.connect({ queryMsMax: CLAIM_MS_MAX });
    this.#claims = new OwnConnection(connect);
    this.#looks = new OwnConnection(connect);
    this.#flow = new FlowKeeper(context.database, this.#looks);
    this.#batches = new BatchKeeper(context, this.#looks);
    this.#poll = setInterval(() => this.#look(), POLL_MS);
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#isStopped || this.#claiming !== undefined) return;
    this.#claiming = this.#claim().finally(() => {
      this.#claiming = undefined;
      // Woken after its last look, before this line.
      if (this.#isWoken) this.wake();
    });
  }

  /** A run that shares this limit has come, or has ended. */
  wakeKey(flowKey: Buffer): void {
    this.#flow.wake(flowKey);
    this.#mayHaveRoom = true;
    this.#makeReady();
  }

  /** An event gathers under this key. */
  wakeBatch(batchKey: Buffer): void {
    this.#batches.wake(batchKey);
    this.#mayHaveRoom = true;
    this.#makeReady();
  }

  /** Something is due by then: another attempt, the end of a sleep. */
  wakeIn(ms: number): void {
    if (ms <= 0) return this.wake();
    const dueAtMs = performance.now() + ms;
    if (dueAtMs >= this.#dueAtMs || ms > TIMER_MS_MAX || this.#isStopped) return;
    clearTimeout(this.#dueTimer);
    this.#dueAtMs = dueAtMs;
    this.#dueTimer = setTimeout(() => {
      this.#dueAtMs = Number.POSITIVE_INFINITY;
      this.#look();
    }, ms);
  }

  #look(): void {
    this.#mayBeDue = true;
    this.#makeReady();
    this.wake();
  }

  /** Claims nothing more and waits for what runs, `graceMs` at most. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#dueTimer);
    clearTimeout(this.#pause);
    await Promise.all([this.#claiming, this.#readying]);
    await Promise.all([this.#claims.close(), this.#looks.close()]);
    await Promise.race([
      Promise.all(this.#running),
      new Promise((resolve) => setTimeout(resolve, graceMs).unref()),
    ]);
  }

  /** A batch may be over. */
  #wakeMembers(): void {
    this.#batches.wakeMembers();
    this.#mayHaveRoom = true;
    this.#makeReady();
  }

  #makeReady(): void {
    if (this.#isStopped || this.#readying !== undefined) return;
    this.#readying = this.#promoteAndSettle().finally(() => {
      this.#readying = undefined;
      if (this.#mayHaveRoom) this.#makeReady();
    });
  }

  async #promoteAndSettle(): Promise<void> {
    while ((this.#mayBeDue || this.#mayHaveRoom) && !this.#isStopped) {
      try {
        await this.#context.jobStates.track("ready-executions", async () => {
          if (this.#mayBeDue) await this.#promote();
          this.#mayHaveRoom = false;
          await this.#gather();
          await this.#flow.settle();
        });
      } catch (error) {
        // The database is away: what waits, waits there. The next look tries again.
        this.#mayHaveRoom = false;
        this.#context.report(error);
        return;
      } finally {
        this.wake();
      }
    }
  }

  async #claim(): Promise<void> {
    while (this.#isWoken && !this.#isStopped) {
      this.#isWoken = false;
      clearTimeout(this.#pause);
      const limit = Math.min(CLAIM_MAX, RUNNING_MAX - this.#running.size);
      if (limit <= 0) return;
      const startedAt = performance.now();
      try {
        const wanted = {
          serverId: this.#context.serverId,
          limit,
          after: this.#lastNamespace,
          roomFor: (namespaceId: string) => NAMESPACE_RUNNING_MAX - (this.#runningOf.get(namespaceId) ?? 0),
        };
        const claim = () => claimExecutions(this.#claims, wanted);
        const claimed = await this.#context.jobStates.track("claim-executions", claim);
        for (const execution of claimed) this.#start(execution);
        this.#lastNamespace = claimed.at(-1)?.namespaceId;
        // There may be more. Some time is left to others first: a long queue must not keep the machine from them.
        if (claimed.length > 0)
          this.#pause = setTimeout(() => this.wake(), PAUSE_SHARE * (performance.now() - startedAt));
      } catch (error) {
        // The database is away: what waits, waits there. The next poll tries again.
        this.#context.report(error);
        return;
      }
    }
  }

  async #promote(): Promise<void> {
    const { executions, devSessionIds, flowKeys, nextInMs } = await promoteDue(this.#looks, PROMOTE_MAX);
    for (const { namespaceId, id } of executions) this.#context.bells.executionChanged(namespaceId, id);
    for (const key of flowKeys) this.#flow.wake(key);
    await this.#flow.look();
    await this.#batches.look();
    // Not waited for: it is the longer, the fuller the queue is.
    this.#context.queueLengths.look().catch((error: unknown) => this.#context.report(error));
    await settleChildren(this.#context);
    if (devSessionIds.length > 0) this.#context.wakeDevSessions(devSessionIds);
    if (executions.length < PROMOTE_MAX) this.#mayBeDue = false;
    if (nextInMs !== undefined) this.wakeIn(Math.ceil(nextInMs));
    await tellEventsInHand({ ...this.#context, wakeQueue: () => this.wake() });
  }

  async #gather(): Promise<void> {
    const { flowKeys, ended, dueInMs } = await this.#batches.settle();
    for (const key of flowKeys) this.#flow.wake(key);
    // Some may have been invoked.
    if (ended > 0) await settleChildren(this.#context);
    if (dueInMs !== undefined) this.wakeIn(Math.ceil(dueInMs));
  }

  #start(execution: ClaimedExecution): void {
    const { namespaceId, flowKey, isBatch } = execution;
    this.#runningOf.set(namespaceId, (this.#runningOf.get(namespaceId) ?? 0) + 1);
    const running = this.#context.runs
      .during(execution, () => runClaimed(this.#context, execution))
      .catch((error: unknown) => this.#context.report(error))
      .finally(() => {
        this.#running.delete(running);
        const others = this.#runningOf.get(namespaceId)! - 1;
        if (others === 0) this.#runningOf.delete(namespaceId);
        else this.#runningOf.set(namespaceId, others);
        if (isBatch) this.#wakeMembers();
        if (flowKey !== null) this.wakeKey(flowKey);
        else if (this.#running.size === RUNNING_MAX - 1 || others === NAMESPACE_RUNNING_MAX - 1) this.wake();
      });
    this.#running.add(running);
  }
}

/** A caller who waited for his turn reads the answer from the execution's row. */
const READS_FROM_ROW = { answer: () => undefined, chunk: () => undefined };

async function runClaimed(context: QueueContext, claimed: ClaimedExecution): Promise<void> {
  const { deploymentId, bundleHash } = claimed;
  if (deploymentId === null || bundleHash === null) {
    const error = new FlowwError("NOT_FOUND", `No active version has the handler "${claimed.handlerId}".`);
    return failClaimed(context, claimed, error);
  }
  const input = JSON.parse(claimed.triggerInput.toString("utf8")) as Record<string, unknown>;
  const waitsForAnswer = claimed.mode !== ExecutionMode.ack;
  const event = await loadClaimedEvent(context, claimed, { isTakenUp: !waitsForAnswer });
  if (event === undefined) return;
  const outcome = await runExecution(
    context,
    {
      id: claimed.id,
      publicId: formatId("execution", claimed.id),
      namespaceId: claimed.namespaceId,
      target: createRuntimeTarget(context, { ...claimed, deploymentId, bundleHash }),
      handlerId: claimed.handlerId,
      attempt: claimed.attempt,
      interruptions: claimed.interruptions,
      lastLine: claimed.lastLine,
      loggedBytes: claimed.loggedBytes,
      epoch: claimed.epoch,
      policy: runPolicyOf(input, {
        origin: claimed.origin,
        isAcknowledged:
          !waitsForAnswer && claimed.triggerType !== "onCron" && claimed.triggerType !== "onManual",
      }),
      event,
      isAnswered: claimed.isAnswered,
    },
    waitsForAnswer ? READS_FROM_ROW : undefined,
  );
  const isOver = outcome.state !== "waiting" && outcome.state !== "retrying";
  if (isOver && claimed.origin === ExecutionOrigin.invoke && (await settleChildren(context)) > 0)
    context.wakeQueueIn(0);
}
