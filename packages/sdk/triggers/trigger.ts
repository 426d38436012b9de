import { bundleAbi, type TriggerRegistration } from "@floww/contract/abi";
import { type EncodeEvent, getTestHost, type InvokeResult } from "../test-host.ts";

/** One declared trigger. */
export interface Trigger<PartialEvent> {
  /** Runs its handler with this event; for tests, see `floww/testing`. */
  invoke(event?: PartialEvent): Promise<InvokeResult>;
}

/** One whose handler gets a list of events. */
export interface BatchTrigger<PartialEvent> {
  /** Runs its handler with these events; for tests, see `floww/testing`. One alone is a batch of one. */
  invoke(events?: PartialEvent | PartialEvent[]): Promise<InvokeResult>;
}

/** Declares a trigger to whoever loads this code. `encode` makes its events in tests. */
export function registerTrigger<PartialEvent extends object>(
  registration: TriggerRegistration,
  encode?: EncodeEvent,
): BatchTrigger<PartialEvent> {
  bundleAbi().registrations.push(registration);
  return { invoke: async (event) => getTestHost("`invoke`").invoke([registration], event ?? {}, encode) };
}

/** Runs every handler that was declared with this built-in trigger. */
export async function invokeBuiltin(type: string, partialEvent: object): Promise<InvokeResult> {
  const registrations = bundleAbi().registrations.filter(
    (registration) => registration.provider.type === "builtin" && registration.type === type,
  );
  return getTestHost("`invoke`").invoke(registrations, partialEvent);
}
