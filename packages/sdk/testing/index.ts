/**
 * Testing without a server: importing this lets triggers `.invoke()` their handlers, and KV stores and secrets live in
 * memory. Name it in `setupFiles` of the test runner, or import it at the top of a test.
 */
import { KVStore } from "../kv/kv-store.ts";
import { Provider } from "../provider/provider.ts";
import { Secret } from "../secret.ts";
import type { InvokeResult } from "../test-host.ts";
import { type AnswerCall, installBench } from "./bench.ts";
import type { SentEvent, WaitAnswer } from "./fake-journal.ts";
import { type RecordedExecution, recordedRun } from "./replay.ts";

export type { InvokeResult } from "../test-host.ts";
export type { SentEvent, WaitAnswer } from "./fake-journal.ts";
export type { RecordedExecution } from "./replay.ts";

// The published promise: importing is enough, and where the runner has a global `beforeEach`, nothing leaks between tests.
const bench = installBench();
(globalThis as { beforeEach?: (work: () => void) => void }).beforeEach?.(() => resetAll());

/** Forgets what tests left in KV stores, secrets and providers and lets the clock run again; with arguments, only theirs. */
export function resetAll(...things: readonly object[]): void {
  if (things.length === 0) {
    bench.kv.reset();
    bench.clearSecrets();
    bench.journal.reset();
    bench.clearProviders();
    bench.setTime(undefined);
  }
  for (const thing of things) {
    if (thing instanceof KVStore) bench.kv.reset(thing.alias);
    if (thing instanceof Secret) bench.clearSecret(thing.name, thing.credential);
    if (thing instanceof Provider) resetProvider(thing);
  }
}

/** What `Secret.value()` gives from now on; it still goes through the secret's schema. */
export function setSecret<T>(secret: Secret<T> | string, value: unknown, credential = "default"): void {
  if (typeof secret === "string") bench.setSecret(secret, credential, value);
  else bench.setSecret(secret.name, secret.credential, value);
}

/** Answers what is asked of a vendor through the provider's `client`; its actions are spies and ask nobody. */
export function answerCalls(provider: Provider, answer: AnswerCall): void {
  bench.setVendor(provider.connection, answer);
}

/**
 * What `ctx.waitFor` and `ctx.invoke` of this name give: the value, or what a function makes of what is waited for. Sleeps are
 * over at once, and steps run.
 */
export function answerWait(name: string, answer: WaitAnswer): void {
  bench.journal.answer(name, answer);
}

/** What `ctx.sendEvent` has sent. */
export function sentEvents(): readonly SentEvent[] {
  return bench.journal.sent();
}

function resetProvider(provider: Provider): void {
  bench.clearVendor(provider.connection);
  const { actions = {} } = provider as { actions?: object };
  for (const action of Object.values(actions)) bench.spyOn(action).reset();
}

/** Stops the clock that expiry and schedules go by, at this instant. `Date` itself goes on. */
export function setTime(at: Date): void {
  bench.setTime(at.getTime());
}

/** Moves that clock, and stops it there. */
export function advanceTime(ms: number): void {
  bench.setTime(bench.now() + ms);
}

/**
 * Runs the handler that a recorded execution was for, with the event that it got.
 *
 * @throws FlowwError NOT_FOUND when no handler here has the recorded id.
 */
export async function replay(execution: RecordedExecution): Promise<InvokeResult> {
  return bench.run([recordedRun(execution)]);
}
