import { FlowwError } from "@floww/contract/errors";
import { Cron } from "croner";

export interface CronSchedule {
  /** The first tick after an instant; undefined when there is none any more. */
  nextAfter(instant: Date): Date | undefined;
}

const FIELDS_MIN = 5;
const FIELDS_MAX = 6;

/**
 * A schedule by the wall clock of its time zone, daylight saving as Vixie cron has it: a fixed-time job of a skipped hour
 * runs once right after it, one of a doubled hour runs once, `*` and steps follow the wall clock; day of month and day of
 * week both given mean either.
 *
 * @throws FlowwError CRON_INVALID, CRON_NEVER_FIRES
 */
export function parseCron(expression: string, timezone: string, now: Date): CronSchedule {
  const fields = expression.trim().split(/\s+/).length;
  if (fields < FIELDS_MIN || fields > FIELDS_MAX) {
    throw new FlowwError(
      "CRON_INVALID",
      `"${expression}" has ${fields} fields; a cron expression has 5, or 6 with seconds first.`,
    );
  }
  let cron: Cron;
  try {
    cron = new Cron(expression, { timezone, paused: true, domAndDow: false });
    cron.nextRun(now); // an unknown time zone is found out only here
  } catch (cause) {
    throw new FlowwError("CRON_INVALID", `"${expression}" (${timezone}): ${(cause as Error).message}`, {
      cause,
    });
  }
  if (cron.nextRun(now) === null)
    throw new FlowwError("CRON_NEVER_FIRES", `"${expression}" (${timezone}) never comes true.`);
  return { nextAfter: (instant) => cron.nextRun(instant) ?? undefined };
}
