import { bundleAbi, type LogLevel, type TriggerRegistration, type WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { OpenHost } from "./call-host.ts";

/** What a test learns of a handler's run. */
export interface InvokeResult {
  /** False when a handler threw, also a WebhookError. */
  success: boolean;
  error?: Error;
  /** What the caller would get; of several handlers the first one's. */
  response?: { status: number; body: unknown };
  logs: { level: LogLevel; text: string }[];
}

/** Makes the event as it would come over the wire; undefined for one that the trigger's filters do not let pass. */
export type EncodeEvent = (partialEvent: object, nowMs: number) => WireEvent | undefined;

/** What was seen of one action, and what it answers. */
export interface SpiedAction {
  readonly calls: readonly unknown[];
  answer(input: unknown): Promise<unknown>;
  returns(answer: unknown): void;
  returnsOnce(answer: unknown): void;
  reset(): void;
}

/** The host that `floww/testing` puts into the place of the executor's. */
export interface TestHost extends OpenHost {
  invoke(
    registrations: readonly TriggerRegistration[],
    partialEvent: object,
    encode?: EncodeEvent,
  ): Promise<InvokeResult>;
  spyOn(action: object): SpiedAction;
}

export function findTestHost(): TestHost | undefined {
  const { host } = bundleAbi();
  return host !== undefined && "spyOn" in host ? (host as TestHost) : undefined;
}

/** @throws FlowwError NO_EXECUTOR where no test kit is */
export function getTestHost(what: string): TestHost {
  const host = findTestHost();
  if (host !== undefined) return host;
  throw new FlowwError("NO_EXECUTOR", `${what} is for tests.`, {
    fix: 'Add `import "floww/testing"` to the test, or to `setupFiles` of the test runner.',
  });
}
