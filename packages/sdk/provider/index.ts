/** What a provider's user half is made of. */
export type { Handler } from "../handler.ts";
export type { BatchTrigger, Trigger } from "../triggers/trigger.ts";
export { type Action, type ActionSpy, type ActionsOf, createActions } from "./action.ts";
export { Provider, type ProviderOptions } from "./provider.ts";
export { createProviderFetch } from "./provider-fetch.ts";
export {
  type ProviderBatchInput,
  type ProviderEvent,
  type ProviderTriggerInput,
  registerProviderTrigger,
} from "./provider-trigger.ts";
