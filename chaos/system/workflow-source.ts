const TELLER = "teller";
/** Of a run in steps. */
export const STEPS = 4;

/** What every handler of the harness does: says that it started, does its one effect, and answers with what it was about. */
function reporting(sinkUrl: string, version: string): string {
  return `
import { Builtin } from "floww";
const builtin = new Builtin();
const VERSION = ${JSON.stringify(version)};

async function report(type, id, ctx, more = {}) {
  const body = JSON.stringify({ type, id, execution: ctx.execution.id, attempt: ctx.attempt, version: VERSION, ...more });
  const answer = await fetch(${JSON.stringify(sinkUrl)}, { method: "POST", body });
  if (!answer.ok) throw new Error("the sink answered " + answer.status);
}

async function work(ctx, { id, waitMs = 0 }) {
  if (waitMs > 0) {
    await report("started", id, ctx);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  await report("effect", id, ctx);
  return { executionId: ctx.execution.id, id, attempt: ctx.attempt, version: VERSION };
}

async function workInSteps(ctx, { id, waitMs = 0 }) {
  const given = [];
  const moment = () => new Promise((resolve) => setTimeout(resolve, waitMs));
  for (let step = 0; step < ${STEPS}; step++) {
    await report("before", id, ctx, { step, given });
    await moment();
    given.push(await ctx.step("step-" + step, async () => {
      const gives = crypto.randomUUID();
      await report("step", id, ctx, { step, gives, given });
      await moment();
      return gives;
    }));
  }
  await report("effect", id, ctx, { step: ${STEPS}, given });
  return { executionId: ctx.execution.id, id, attempt: ctx.attempt, version: VERSION };
}
`;
}

/** Sleeps, has another run tell it, and waits for that: as often as not before it is told, and as often afterwards. */
const WAITING = `
async function workWaiting(ctx, { id, waitMs = 0 }) {
  await ctx.sleep("pause", 50 + waitMs);
  await ctx.invoke("${TELLER}", { id: "told-" + id }, { detached: id < "8" });
  await ctx.waitFor("told", { event: "told", match: { id }, timeout: "40s" });
  await report("effect", id, ctx);
  return { executionId: ctx.execution.id, id, attempt: ctx.attempt, version: VERSION };
}

async function tell(ctx, { id }) {
  await ctx.sendEvent("told", { id: id.slice("told-".length) });
  await report("effect", id, ctx);
  return { executionId: ctx.execution.id, id, attempt: ctx.attempt, version: VERSION };
}
`;

/** A deadline short enough that a stuck run shows within a scenario. */
export const RUN_TIMEOUT_MS = 20_000;

export const paths = {
  ack: "/ack",
  handler: "/handler",
  copies: "/copies",
  steps: "/steps",
  queued: "/queued",
  waits: "/waits",
} as const;
export const MANUAL = "manual";
/** So many at once of those that queue. */
const QUEUED_AT_ONCE = 8;

/** One trigger for each way in. */
export function eventsSource(sinkUrl: string, version = "1"): string {
  const webhook = (path: string, response: string, { does = "work", more = "" } = {}) =>
    `builtin.triggers.onWebhook({ path: "${path}", response: "${response}", timeoutMs: ${RUN_TIMEOUT_MS}, ${more} handler: (ctx, event) => ${does}(ctx, event.body) });`;
  const manual = (name: string, does: string) =>
    `builtin.triggers.onManual({ name: "${name}", timeoutMs: ${RUN_TIMEOUT_MS}, retries: 3, handler: (ctx, event) => ${does}(ctx, event.input_data) });`;
  return [
    reporting(sinkUrl, version),
    WAITING,
    webhook(paths.ack, "ack"),
    webhook(paths.handler, "handler"),
    webhook(paths.copies, "ack"),
    webhook(paths.steps, "ack", { does: "workInSteps" }),
    webhook(paths.queued, "ack", { more: `concurrency: { limit: ${QUEUED_AT_ONCE} },` }),
    webhook(paths.waits, "ack", { does: "workWaiting" }),
    manual(MANUAL, "work"),
    manual(TELLER, "tell"),
  ].join("\n");
}

/** Many schedules that are due each second: many ticks in little time. */
export function ticksSource(sinkUrl: string, schedules: number): string {
  return [
    reporting(sinkUrl, "1"),
    `for (let n = 0; n < ${schedules}; n++)
  builtin.triggers.onCron({ id: "tick-" + n, expression: "* * * * * *", catchUp: "all", timeoutMs: ${RUN_TIMEOUT_MS},
    handler: (ctx, event) => work(ctx, { id: "tick-" + n + "@" + event.timestamp }) });`,
  ].join("\n");
}
