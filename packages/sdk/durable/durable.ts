import { AsyncLocalStorage } from "node:async_hooks";
import type { ExecutionScope } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { EventMatch } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import { callHost } from "../call-host.ts";
import { type Duration, durationMs } from "./duration.ts";
import { Journal } from "./journal.ts";
import { mapItems } from "./map-items.ts";
import { runStep, type StepInfo, type StepOptions } from "./run-step.ts";
import { runWait } from "./run-wait.ts";

export interface WaitForEvent {
  /** The name that it is sent with: `floww events send NAME`, `ctx.sendEvent`, the API. */
  event: string;
  /** What its data must hold, by path: `{ "order.id": 7 }`. Default: any. */
  match?: EventMatch;
  /** Default 7 days. */
  timeout?: Duration;
}

export interface WaitForApproval {
  approval: {
    /** What is asked, as people read it. Default: the wait's name. */
    title?: string;
    /**
     * Gets what is asked, and the address where anyone who has it can approve or decline: send it to whom it concerns,
     * or hand the request to a provider's `requestApproval`. Journalled like a step.
     */
    notify?: (request: ApprovalRequest) => unknown;
  };
  timeout?: Duration;
}

export interface ApprovalRequest {
  url: string;
  title: string;
}

export interface Approval {
  approved: boolean;
  /** Who, as far as it is known. */
  by?: string;
  comment?: string;
  at: Date;
}

export interface WaitForCallback {
  /** Gets the address that ends the wait with what is POSTed there: hand it to the outside. Journalled like a step. */
  callback: (url: string) => unknown;
  timeout?: Duration;
}

export interface InvokeOptions {
  /** Names it in the journal. Default: the target. */
  name?: string;
  /** Default 7 days. */
  timeout?: Duration;
}

/** The durable pieces of a run: what they came to is kept, and a run that goes on later goes on from there. */
export interface Durable {
  /**
   * Does something once: what it gives is journalled, and given again whenever this run goes on later. It runs at least
   * once, so hand `idempotencyKey` to whatever it calls.
   *
   * @throws StepError after its last try
   * @example
   * const charge = await ctx.step("charge", ({ idempotencyKey }) => pay(order, idempotencyKey), { retries: 3 });
   */
  step<T>(name: string, work: (info: StepInfo) => T | Promise<T>, options?: StepOptions<T>): Promise<T>;
  /** Goes on after this time. Nothing runs and nothing is held meanwhile. */
  sleep(duration: Duration): Promise<void>;
  sleep(name: string, duration: Duration): Promise<void>;
  sleepUntil(instant: Date | number): Promise<void>;
  sleepUntil(name: string, instant: Date | number): Promise<void>;
  /**
   * Waits for what comes from outside: an event of this namespace (also one sent since the run began), an approval, a callback.
   *
   * @throws StepError WAIT_TIMED_OUT
   */
  waitFor<T = unknown>(name: string, wait: WaitForEvent | WaitForCallback): Promise<T>;
  waitFor(name: string, wait: WaitForApproval): Promise<Approval>;
  /**
   * Runs a manual trigger of this workflow (`"ship"`) or of another one of the namespace (`"warehouse/ship"`), and gives what
   * it returned.
   *
   * @throws StepError CHILD_FAILED, WAIT_TIMED_OUT
   */
  invoke<T = unknown>(target: string, input?: unknown, options?: InvokeOptions): Promise<T>;
  /** The same without waiting for its end: gives the execution's id. */
  invoke(
    target: string,
    input: unknown,
    options: InvokeOptions & { detached: true },
  ): Promise<{ id: string }>;
  /**
   * One step for each item, `concurrency` (default 10) at a time; gives what they came to, in the order of the items.
   *
   * @throws StepError of the first that failed, once those under way have ended
   */
  map<Item, T>(
    name: string,
    items: readonly Item[],
    work: (item: Item, index: number, info: StepInfo) => T | Promise<T>,
    options?: StepOptions<T> & { concurrency?: number },
  ): Promise<T[]>;
  /** Tells the runs of this namespace that wait for it; gives how many did. Not journalled: call it in a step. */
  sendEvent(name: string, data?: unknown): Promise<{ waiting: number }>;
}

/** The step whose function is running: a step inside would not be found again. */
const inside = new AsyncLocalStorage<string>();

/** @returns the pieces, and the journal that they are written to */
export function createDurable(
  scope: ExecutionScope,
  rollbacks: Rollback[],
): { durable: Durable; journal: Journal } {
  const journal = new Journal(scope);
  const { executionId } = scope;

  const step = async <T>(
    name: string,
    work: (info: StepInfo) => T | Promise<T>,
    { retries = 0, rollback }: StepOptions<T>,
    calledAs: (...args: never[]) => unknown,
  ): Promise<T> => {
    refuseInside(name);
    const asked = journal.ask(name, "step", calledAs);
    const guarded = (info: StepInfo) => inside.run(asked.key, async () => work(info));
    const value = await runStep(journal, { asked, executionId, work: guarded, retries });
    if (rollback !== undefined)
      rollbacks.push({ name: `rollback ${asked.key}`, undo: (info) => rollback(value, info) });
    return value;
  };

  const durable: Durable = {
    step: (name, work, options = {}) => step(name, work, options, durable.step),
    sleep: async (first: string | Duration, second?: Duration) => {
      const [name, duration] =
        second === undefined ? ["sleep", first as Duration] : [first as string, second];
      refuseInside(name);
      const asked = journal.ask(name, "sleep", durable.sleep);
      await runWait(journal, asked, { kind: "sleep", forMs: durationMs(duration) });
    },
    sleepUntil: async (first: string | Date | number, second?: Date | number) => {
      const [name, instant] =
        second === undefined ? ["sleep", first as Date | number] : [first as string, second];
      refuseInside(name);
      const asked = journal.ask(name, "sleep", durable.sleepUntil);
      await runWait(journal, asked, { kind: "sleep", untilMs: Math.max(0, Math.round(Number(instant))) });
    },
    // What comes has the type that the author says it has.
    waitFor: (async (name: string, wait: WaitForEvent | WaitForApproval | WaitForCallback) => {
      refuseInside(name);
      const timeoutMs = wait.timeout === undefined ? limits.waitMs : durationMs(wait.timeout, "timeout");
      if ("event" in wait) {
        const asked = journal.ask(name, "event", durable.waitFor);
        const { event, match = {} } = wait;
        return runWait(journal, asked, { kind: "event", name: event, match, timeoutMs });
      }
      const isApproval = "approval" in wait;
      const asked = journal.ask(name, isApproval ? "approval" : "callback", durable.waitFor);
      // Asked for at once, so that its number is the same when the wait is over before it was needed.
      const telling = journal.ask(`${name} told`, "step", durable.waitFor);
      const title = isApproval ? (wait.approval.title ?? name) : name;
      const tell = isApproval ? wait.approval.notify : ({ url }: ApprovalRequest) => wait.callback(url);
      const request = isApproval
        ? ({ kind: "approval", title, timeoutMs } as const)
        : ({ kind: "callback", timeoutMs } as const);
      return runWait(journal, asked, request, async ({ url }) => {
        if (tell === undefined || url === undefined) return;
        const work = async () => void (await tell({ url, title }));
        await runStep(journal, { asked: telling, executionId, work, retries: 0 });
      });
    }) as Durable["waitFor"],
    invoke: async (target: string, input?: unknown, options: InvokeOptions & { detached?: true } = {}) => {
      const { name = target, timeout, detached } = options;
      refuseInside(name);
      const asked = journal.ask(name, "invoke", durable.invoke);
      const slash = target.indexOf("/");
      return runWait(journal, asked, {
        kind: "invoke",
        ...(slash === -1 ? {} : { workflow: target.slice(0, slash) }),
        trigger: target.slice(slash + 1),
        input: JSON.stringify(input ?? null),
        timeoutMs: timeout === undefined ? limits.waitMs : durationMs(timeout, "timeout"),
        ...(detached === true ? { isDetached: true } : {}),
      }) as never;
    },
    map: (name, items, work, { concurrency = 10, ...options } = {}) =>
      mapItems(items, concurrency, (item, index) =>
        step(`${name}[${index}]`, (info) => work(item, index, info), options, durable.map),
      ),
    sendEvent: (name, data) => callHost("event.send", { name, data: JSON.stringify(data ?? null) }),
  };
  return { durable, journal };
}

/** What undoes a step. */
export interface Rollback {
  name: string;
  undo(info: StepInfo): unknown;
}

function refuseInside(name: string): void {
  const outer = inside.getStore();
  if (outer === undefined) return;
  throw new FlowwError("STEP_INVALID", `"${name}" was begun inside of the step "${outer}".`);
}
