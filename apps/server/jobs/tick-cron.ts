import { leaveOutTick, recordTick } from "../domain/executions/record-tick.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import type { Bells } from "../domain/live/namespace-bells.ts";
import type { Switches } from "../domain/switches/switches.ts";
import { type CronSchedule, parseCron } from "../domain/triggers/cron-schedule.ts";
import { type CatchUp, dueTicks } from "../domain/triggers/due-ticks.ts";
import type { RouteTable } from "../domain/triggers/route-table.ts";
import type { RoutedTrigger } from "../domain/triggers/store.ts";
import type { Database } from "../platform/db/database.ts";

export interface TickContext {
  database: Database;
  routes: RouteTable;
  switches: Switches;
  jobStates: JobStates;
  wakeQueue(): void;
  wakeKey(flowKey: Buffer): void;
  wakeBatch(batchKey: Buffer): void;
  bells: Bells;
  report(error: unknown): void;
}

interface Scheduled {
  trigger: RoutedTrigger;
  schedule: CronSchedule;
  tickedUntil: Date;
  nextAt: Date | undefined;
}

const EVERY_MS = 200;
const CLOCK_EVERY_MS = 30_000;

/**
 * Finds due ticks by the database's clock and records them. Every server does it for every schedule; the tick's key
 * decides who wins, so none is missing while any server lives, and none is doubled.
 */
export class CronTicker {
  readonly #context: TickContext;
  readonly #byWorkflow = new Map<string, Scheduled[]>();
  #clockOffsetMs = 0;
  #clockReadAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(context: TickContext) {
    this.#context = context;
    for (const workflowId of context.routes.workflowIds()) this.#schedule(workflowId);
    context.routes.onChange((workflowId) => this.#schedule(workflowId));
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#turn = this.#context.jobStates
        .track("tick-schedules", () => this.tick())
        .catch((error: unknown) => this.#context.report(error))
        .then(() => {
          if (!this.#isStopped) this.start();
        });
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  /** One look at the clock: records whatever is due, and as left out while schedules are turned off. */
  async tick(): Promise<void> {
    const now = await this.#now();
    for (const scheduled of [...this.#byWorkflow.values()].flat()) {
      if (scheduled.nextAt !== undefined && scheduled.nextAt <= now) await this.#record(scheduled, now);
    }
  }

  async #record(scheduled: Scheduled, now: Date): Promise<void> {
    const { trigger, schedule, tickedUntil } = scheduled;
    const { expression, overlap, catchUp } = trigger.input as {
      expression: string;
      overlap: boolean;
      catchUp: CatchUp;
    };
    const { namespaceId, workflowId } = trigger;
    const isOff = this.#context.switches.refusal("schedules") !== undefined;
    for (const at of dueTicks(schedule, { tickedUntil, now, catchUp })) {
      if (isOff) {
        await leaveOutTick(this.#context.database, { triggerId: trigger.id, at });
        continue;
      }
      const isOurs = await recordTick(this.#context, {
        namespaceId,
        workflowId,
        trigger,
        expression,
        at,
        overlap,
      });
      if (isOurs) this.#context.wakeQueue();
    }
    // Only now: what failed above is due again at the next look.
    scheduled.tickedUntil = now;
    scheduled.nextAt = schedule.nextAfter(now);
  }

  #schedule(workflowId: string): void {
    const crons = this.#context.routes.triggersOf(workflowId).filter(({ type }) => type === "onCron");
    this.#byWorkflow.delete(workflowId);
    if (crons.length === 0) return;
    this.#byWorkflow.set(
      workflowId,
      crons.map((trigger) => {
        const { expression, timezone } = trigger.input as { expression: string; timezone: string };
        const schedule = parseCron(expression, timezone, trigger.tickedUntil);
        return {
          trigger,
          schedule,
          tickedUntil: trigger.tickedUntil,
          nextAt: schedule.nextAfter(trigger.tickedUntil),
        };
      }),
    );
  }

  async #now(): Promise<Date> {
    const nowMs = performance.now();
    if (nowMs - this.#clockReadAt > CLOCK_EVERY_MS) {
      const read = await this.#context.database.query<{ now: Date }>("select clock_timestamp() as now");
      this.#clockOffsetMs = read.rows[0]!.now.getTime() - performance.now();
      this.#clockReadAt = nowMs;
    }
    return new Date(performance.now() + this.#clockOffsetMs);
  }
}
