export type { BuiltinTriggers } from "./builtin.ts";
export { Builtin } from "./builtin.ts";
export type { Context, Logger } from "./context.ts";
export type {
  Approval,
  ApprovalRequest,
  Durable,
  InvokeOptions,
  WaitForApproval,
  WaitForCallback,
  WaitForEvent,
} from "./durable/durable.ts";
export type { Duration } from "./durable/duration.ts";
export { FatalError, RetryError } from "./durable/fatal-error.ts";
export type { Retries } from "./durable/retries.ts";
export type { StepInfo, StepOptions } from "./durable/run-step.ts";
export { StepError } from "./durable/step-error.ts";
export type { Handler } from "./handler.ts";
export * from "./kv/index.ts";
export { Secret } from "./secret.ts";
export type { InvokeResult } from "./test-host.ts";
export type { CronEvent, CronInput } from "./triggers/on-cron.ts";
export type { ManualBatchInput, ManualEvent, ManualInput } from "./triggers/on-manual.ts";
export type {
  WebhookBatchInput,
  WebhookCors,
  WebhookEvent,
  WebhookInput,
  WebhookMethod,
} from "./triggers/on-webhook.ts";
export type { BatchTrigger, Trigger } from "./triggers/trigger.ts";
export type {
  Batch,
  EventPath,
  Failure,
  InBatches,
  OneByOne,
  Rate,
  TriggerOptions,
} from "./triggers/trigger-options.ts";
export type { WebhookAddress, WebhookSetup, WebhookTeardown } from "./triggers/webhook-address.ts";
export type { WebhookAuth, WebhookSignature } from "./triggers/webhook-auth.ts";
export { WebhookError } from "./webhook-error.ts";
