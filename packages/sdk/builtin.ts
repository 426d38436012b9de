import { onCron } from "./triggers/on-cron.ts";
import { onManual } from "./triggers/on-manual.ts";
import { onWebhook } from "./triggers/on-webhook.ts";

/** The triggers that need no outside service. */
export interface BuiltinTriggers {
  onWebhook: typeof onWebhook;
  onCron: typeof onCron;
  onManual: typeof onManual;
}

/**
 * Webhooks, schedules and manual runs.
 *
 * @example
 * const builtin = new Builtin();
 * builtin.triggers.onWebhook({ path: "/hello", handler: (ctx, event) => ({ hello: event.query.name }) });
 */
export class Builtin {
  readonly triggers: BuiltinTriggers = { onWebhook, onCron, onManual };
}
