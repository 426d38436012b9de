import type { trigger } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import { type CronSchedule, parseCron } from "./cron-schedule.ts";
import type { Trigger } from "./store.ts";

type TriggerInput = Partial<z.input<typeof trigger>>;

// checkTriggers() has made sure of these shapes before the row was written, and the manifest's schema that it is JSON.
/** `workflowUrl` is the base of the workflow's webhooks. */
export function presentTrigger(row: Trigger, workflowUrl: string): z.input<typeof trigger> {
  return {
    id: formatId("trigger", row.id),
    handlerId: row.handlerId,
    type: row.type,
    provider: { type: row.providerType, alias: row.providerAlias },
    ...presentInput(row, workflowUrl),
    input: row.input as z.input<typeof trigger>["input"],
  };
}

function presentInput({ providerType, type, key, input }: Trigger, workflowUrl: string): TriggerInput {
  if (providerType !== "builtin") return { key };
  if (type === "onWebhook")
    return { method: input.method as string, url: workflowUrl + (input.path as string) };
  if (type === "onCron")
    return presentSchedule(input.expression as string, input.timezone as string, new Date());
  const inputSchema = input.inputSchema as TriggerInput["inputSchema"];
  return { name: input.name as string, ...(inputSchema === undefined ? {} : { inputSchema }) };
}

function presentSchedule(expression: string, timezone: string, now: Date): TriggerInput {
  const nextRunsAt = listNext(parseCron(expression, timezone, now), now).map((at) => at.toISOString());
  const [nextRunAt] = nextRunsAt;
  return { expression, timezone, ...(nextRunAt === undefined ? {} : { nextRunAt }), nextRunsAt };
}

const NEXT = 5;
/** A day that comes once in decades is looked for day by day; nobody need wait for the fifth of them. */
const LOOK_MS_MAX = 20;

/** The next few, or fewer where finding them takes too long. */
function listNext(schedule: CronSchedule, now: Date): Date[] {
  const giveUpAt = performance.now() + LOOK_MS_MAX;
  const next: Date[] = [];
  for (let at = schedule.nextAfter(now); at !== undefined; at = schedule.nextAfter(at)) {
    next.push(at);
    if (next.length === NEXT || performance.now() > giveUpAt) break;
  }
  return next;
}
