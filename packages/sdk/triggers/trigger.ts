import { bundleAbi, type LogLevel, type TriggerRegistration } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { OpenHost } from "../call-host.ts";

/** What a test learns of a handler's run. */
export interface InvokeResult {
  /** False when a handler threw, also a WebhookError. */
  success: boolean;
  error?: Error;
  /** What the caller would get; of several handlers the first one's. */
  response?: { status: number; body: unknown };
  logs: { level: LogLevel; text: string }[];
}

/** One declared trigger. */
export interface Trigger<PartialEvent> {
  /** Runs its handler with this event; for tests, see `floww/testing`. */
  invoke(event?: PartialEvent): Promise<InvokeResult>;
}

/** The host that `floww/testing` puts into the place of the executor's. */
export interface TestHost extends OpenHost {
  invoke(registrations: readonly TriggerRegistration[], partialEvent: object): Promise<InvokeResult>;
}

/** Declares a trigger to whoever loads this code. */
export function registerTrigger<PartialEvent extends object>(
  registration: TriggerRegistration,
): Trigger<PartialEvent> {
  bundleAbi().registrations.push(registration);
  return { invoke: async (event) => testHost().invoke([registration], event ?? {}) };
}

/** Runs every handler that was declared with this built-in trigger. */
export async function invokeBuiltin(type: string, partialEvent: object): Promise<InvokeResult> {
  const registrations = bundleAbi().registrations.filter(
    (registration) => registration.provider.type === "builtin" && registration.type === type,
  );
  return testHost().invoke(registrations, partialEvent);
}

/** @throws FlowwError NO_EXECUTOR where no test kit is */
function testHost(): TestHost {
  const host = bundleAbi().host;
  if (host !== undefined && "invoke" in host) return host as TestHost;
  throw new FlowwError("NO_EXECUTOR", "`invoke` is for tests.", {
    fix: 'Add `import "floww/testing"` to the test, or to `setupFiles` of the test runner.',
  });
}
