import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bundle, ExecutorProcess } from "../host/index.ts";
import { RunRecorder } from "./run-recorder.ts";
import { NODE_ARGS, type OpenOptions, type RuntimeUnderTest, type TransportUnderTest } from "./transport.ts";
import { webhookHead } from "./webhook-head.ts";

const EXECUTOR = fileURLToPath(new URL("../dist/executor.cjs", import.meta.url));

/** The executor in a child process, reached by frames on descriptor 3. */
export const pipeTransport: TransportUnderTest = {
  name: "the framed pipe",
  capabilities: new Set(["concurrency", "cancel", "load", "calls", "backpressure", "descriptor"]),
  open: async (bundle, { env = {} }: OpenOptions = {}) => {
    const tmp = await mkdtemp(join(tmpdir(), "floww-pipe-"));
    const child = spawn(process.execPath, [...NODE_ARGS, EXECUTOR, `--tmp=${tmp}`], {
      env: { SECRET_OF_THE_SERVER: "not theirs" },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    return openPipe(child, { bundle, env, tmp });
  },
};

function openPipe(
  child: ChildProcess,
  { bundle, env, tmp }: { bundle: Bundle; env: Record<string, string>; tmp: string },
): RuntimeUnderTest {
  const executor = new ExecutorProcess(child);
  const target = {
    namespaceId: "ns_test",
    workflowId: "wf_test",
    deploymentId: "dep_test",
    bundle: async () => bundle,
    env: async () => env,
  };
  return {
    pid: child.pid,
    closed: executor.closed,
    load: () => executor.load(target, "run", { wantsManifest: true }),
    start: (handlerId, options = {}) => {
      const recorder = new RunRecorder(options);
      const { body = new Uint8Array(0), timeoutMs = 30_000, head = webhookHead() } = options;
      const { executionId } = recorder;
      const job = { target, executionId, handlerId, attempt: 1, timeoutMs, event: { head, body } };
      return recorder.started(executor.run(job, recorder), () => executor.cancel(executionId));
    },
    [Symbol.asyncDispose]: async () => {
      executor.kill();
      await executor.closed;
      await rm(tmp, { recursive: true, force: true });
    },
  };
}
