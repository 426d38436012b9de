export type { BuiltinTriggers } from "./builtin.ts";
export { Builtin } from "./builtin.ts";
export type { Context, Logger } from "./context.ts";
export type { Handler } from "./handler.ts";
export type { CronEvent, CronInput } from "./triggers/on-cron.ts";
export type { ManualEvent, ManualInput } from "./triggers/on-manual.ts";
export type { WebhookEvent, WebhookInput, WebhookMethod } from "./triggers/on-webhook.ts";
export { WebhookError } from "./webhook-error.ts";
