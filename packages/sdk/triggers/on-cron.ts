import type { CronEventHead, JsonObject, TriggerRegistration } from "@floww/contract/abi";
import { withSource } from "../source-location.ts";
import { invokeBuiltin, registerTrigger, type Trigger } from "./trigger.ts";
import { handlersOf, type OneByOne, type TriggerOptions, wireOptions } from "./trigger-options.ts";

export interface CronEvent {
  /** The instant that the expression names. */
  scheduledTime: Date;
  /** When the handler was started. */
  actualTime: Date;
  /** `scheduledTime` in milliseconds since 1970. */
  timestamp: number;
  expression: string;
}

export interface CronInput extends TriggerOptions, OneByOne<CronEvent> {
  /** Five fields, or six with seconds first. */
  expression: string;
  /** IANA name; default `UTC`. */
  timezone?: string;
  /** What to do about ticks missed while no server ran: none, the `last` one (default), or `all` of the last day. */
  catchUp?: "skip" | "last" | "all";
  /** Whether a tick may start while an earlier one still runs. Default true. */
  overlap?: boolean;
}

/**
 * Runs on a schedule, by the wall clock of `timezone`, daylight saving as Vixie cron has it.
 *
 * @example
 * builtin.triggers.onCron({ expression: "0 9 * * 1-5", timezone: "Europe/Berlin", handler: (ctx) => ctx.logger.info("9 o'clock") });
 */
export function onCron(input: CronInput): Trigger<Partial<CronEvent>> {
  const expression = input.expression.trim().replaceAll(/\s+/g, " ");
  const timezone = input.timezone ?? "UTC";
  const wire: JsonObject = {
    expression,
    timezone,
    catchUp: input.catchUp ?? "last",
    overlap: input.overlap ?? true,
    ...wireOptions(input),
  };
  const declared: TriggerRegistration = {
    provider: { type: "builtin", alias: "default" },
    type: "onCron",
    key: timezone === "UTC" ? expression : `${expression} ${timezone}`,
    input: wire,
    ...(input.id === undefined ? {} : { id: input.id }),
    ...handlersOf<CronEvent>(input, ({ head }) => decodeTick(head as CronEventHead)),
  };
  return registerTrigger(withSource(declared, onCron));
}

function decodeTick({ scheduledAt, expression }: CronEventHead): CronEvent {
  const scheduledTime = new Date(scheduledAt);
  return { scheduledTime, actualTime: new Date(), timestamp: scheduledTime.getTime(), expression };
}

/** In tests: runs every schedule's handler. */
onCron.invoke = (event: Partial<CronEvent> = {}) => invokeBuiltin("onCron", event);
