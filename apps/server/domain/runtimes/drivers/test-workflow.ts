import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { ExecutionScope, WireEvent } from "@floww/contract/abi";
import type { PlacedRuntime, RunEnd, RunLog, RunSink, RuntimeTarget } from "@floww/executor/host";
import type { RuntimeDriver } from "./driver.ts";

/** The executor, built before all tests. */
export const EXECUTOR_FILE = fileURLToPath(
  new URL("../../../../../packages/executor/dist/executor.cjs", import.meta.url),
);

/** Runs inside of the sandbox: its source is all that goes there, so it can use nothing from around it. */
export type SandboxedHandler = (scope: ExecutionScope, event: WireEvent) => unknown;

export interface TargetOptions {
  /** Code beside the handlers, at the top level. */
  top?: string;
  deploymentId?: string;
  runtime?: PlacedRuntime;
}

/** A deployment of its own, made of these handlers. */
export function aTarget(
  handlers: Record<string, SandboxedHandler>,
  { top = "", deploymentId = `dep_${randomUUID()}`, runtime }: TargetOptions = {},
): RuntimeTarget {
  const registrations = Object.entries(handlers).map(
    ([id, handler]) => `abi.registrations.push({
      provider: { type: "builtin", alias: "default" }, type: "onManual", key: "${id}", id: "${id}", input: {},
      run: async (scope, event) => (${handler.toString()})(scope, event),
    });`,
  );
  const code = Buffer.from(
    `const abi = globalThis[Symbol.for("floww.abi.1")];\n${top}\n${registrations.join("\n")}`,
  );
  return {
    namespaceId: "ns_test",
    workflowId: "wf_test",
    deploymentId,
    ...(runtime === undefined ? {} : { runtime }),
    bundle: async () => ({ code, map: Buffer.alloc(0) }),
    env: async () => ({}),
  };
}

/** A deployment whose processes can be told apart: `mark` is a process's own, `loads` how often its top level ran. */
export function aMarkedTarget(runtime?: PlacedRuntime): RuntimeTarget {
  const handlers: Record<string, SandboxedHandler> = {
    mark: () => mark,
    loads: () => loads,
    echo: (_, event) => JSON.parse(Buffer.from(event.body).toString("utf8")),
    waits: async (scope) => {
      scope.log("info", "waiting");
      await new Promise((resolve) => scope.signal.addEventListener("abort", resolve));
      return "aborted";
    },
    short: async (scope) => {
      scope.log("info", "short begins");
      await new Promise((resolve) => setTimeout(resolve, 200));
      return mark;
    },
    fails: () => {
      throw new TypeError("no");
    },
  };
  return aTarget(handlers, { top: TOP, ...(runtime === undefined ? {} : { runtime }) });
}

const TOP = `
globalThis.loads = (globalThis.loads ?? 0) + 1;
const mark = Math.random();
`;
declare const loads: number;
declare const mark: number;

interface RunOptions {
  input?: unknown;
  timeoutMs?: number;
  executionId?: string;
  onLog?(line: RunLog): void;
  onBegan?(): void;
}

/** Runs a handler to its end. */
export function runToEnd(
  driver: RuntimeDriver,
  target: RuntimeTarget,
  handlerId: string,
  {
    input = null,
    timeoutMs = 20_000,
    executionId = `exec_${randomUUID()}`,
    onLog,
    onBegan = () => undefined,
  }: RunOptions = {},
): Promise<RunEnd> {
  const sink: RunSink = {
    began: onBegan,
    log: (line) => onLog?.(line),
    answer: async () => undefined,
    chunk: () => undefined,
    call: async () => null,
    fetch: async () => {
      throw new TypeError("no vendor is called here");
    },
  };
  const event: WireEvent = {
    head: { type: "manual", triggeredBy: "user_test" },
    body: Buffer.from(JSON.stringify(input)),
  };
  return driver.run({ target, executionId, handlerId, attempt: 1, timeoutMs, event }, sink);
}

/** What the handler returned. @throws TypeError when the run ended in another way */
export async function returnedBy(end: Promise<RunEnd>): Promise<unknown> {
  const ended = await end;
  if (ended.state !== "completed") throw new TypeError(`The run ended otherwise: ${JSON.stringify(ended)}`);
  const text = ended.answer?.body.toString("utf8") ?? "";
  const isJson = ended.answer?.header.headers.some(([, type]) => type === "application/json") ?? false;
  return isJson ? JSON.parse(text) : text;
}
