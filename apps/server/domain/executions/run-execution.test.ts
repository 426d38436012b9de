import type { DriverName } from "@floww/contract/api";
import { type ErrorCode, FlowwError } from "@floww/contract/errors";
import type { RunJob, RunSink } from "@floww/executor/host";
import { expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { RuntimeDriver } from "../runtimes/drivers/driver.ts";
import { DriverSet } from "../runtimes/drivers/driver-set.ts";
import { RemoteRuns } from "./remote-runs.ts";
import { runExecution } from "./run-execution.ts";
import { RunsInHand } from "./runs-in-hand.ts";
import { ExecutionState } from "./states.ts";
import type { OwnedExecution, RunContext } from "./types.ts";
import { ValueMask } from "./value-mask.ts";

/** Runs nothing, and keeps what it was asked to run. */
function aDriver(name: DriverName, jobs: RunJob[], callsBack?: true): RuntimeDriver {
  const run = async (job: RunJob) => {
    jobs.push(job);
    return { state: "completed" as const };
  };
  const more = callsBack === undefined ? {} : { callsBack: () => callsBack };
  return { name, run, ...more } as Partial<RuntimeDriver> as RuntimeDriver;
}

test("only a run that asks over HTTP gets a token, and is found by it", async () => {
  const jobs: RunJob[] = [];
  const remoteRuns = new RemoteRuns();
  const opened: string[] = [];
  const context = {
    serverId: newUuid(),
    runs: new RunsInHand(),
    bells: { executionChanged: () => undefined },
    ledger: { commit: async () => ({ has: () => true }) },
    driver: new DriverSet([aDriver("process", jobs), aDriver("docker", jobs), aDriver("lambda", jobs, true)]),
    remoteRuns: {
      open: (...args: Parameters<RemoteRuns["open"]>) => {
        opened.push(args[0].id);
        return remoteRuns.open(...args);
      },
    },
    callBackFor: ({ id }: { id: string }) => ({ url: "http://here", token: `token of ${id}` }),
  } as Partial<Record<keyof RunContext, unknown>> as unknown as RunContext;
  const ids = new Map<DriverName, string>();
  for (const driver of ["process", "docker", "lambda"] as const) {
    const id = newUuid();
    ids.set(driver, id);
    const runtime = driver === "process" ? {} : { runtime: { driver } };
    await runExecution(context, {
      id,
      publicId: id,
      ...{
        namespaceId: newUuid(),
        handlerId: "h",
        attempt: 1,
        interruptions: 0,
        epoch: 1,
        event: { head: { type: "manual" } },
      },
      policy: { timeoutMs: 1_000, retries: { limit: 0 } },
      target: { workflowId: newUuid(), deploymentId: newUuid(), ...runtime },
    } as unknown as OwnedExecution);
  }
  expect(jobs.map(({ callBack }) => callBack?.token)).toEqual([
    undefined,
    undefined,
    `token of ${ids.get("lambda")}`,
  ]);
  expect(opened).toEqual([ids.get("lambda")]);
});

test("a run that fails of a database that is away is interrupted, and taken up again", async () => {
  const committed: Record<string, { state?: number }[]>[] = [];
  const end = (error: object) => ({
    state: "failed" as const,
    error: { name: "FlowwError", message: "m", ...error },
  });
  const run = async (error: { code: string; retry?: boolean }, { isForged = false } = {}) => {
    const context = {
      serverId: newUuid(),
      runs: new RunsInHand(),
      bells: { executionChanged: () => undefined },
      ledger: {
        commit: async (rows: (typeof committed)[number]) => {
          committed.push(rows);
          return { has: () => true };
        },
      },
      driver: {
        run: async (_: RunJob, { call }: RunSink) => {
          if (!isForged) await call("kv.get", {}).catch(() => undefined);
          return end(error);
        },
      },
      openHost: () => ({
        call: () => Promise.reject(new FlowwError(error.code as ErrorCode)),
        close: () => undefined,
        mask: new ValueMask(),
      }),
      wakeQueueIn: () => undefined,
    } as Partial<Record<keyof RunContext, unknown>> as unknown as RunContext;
    const outcome = await runExecution(context, {
      ...{ id: newUuid(), publicId: "exe", namespaceId: newUuid(), handlerId: "h" },
      ...{ attempt: 1, interruptions: 0, epoch: 1, event: { head: { type: "manual" } } },
      policy: { timeoutMs: 1_000, retries: { limit: 0 }, isTakenUp: true },
      target: { workflowId: newUuid(), deploymentId: newUuid() },
    } as unknown as OwnedExecution);
    const { requeued = [], attempts = [], finished = [] } = committed.pop()!;
    return {
      ends: outcome.state,
      again: requeued.length,
      states: [...attempts, ...finished].map(({ state }) => state),
    };
  };
  const { failed, interrupted } = ExecutionState;
  expect(await run({ code: "DATABASE_UNAVAILABLE" })).toEqual({
    ends: "retrying",
    again: 1,
    states: [interrupted],
  });
  const over = { ends: "failed", again: 0, states: [failed] };
  expect(await run({ code: "DATABASE_UNAVAILABLE", retry: false })).toEqual(over);
  expect(await run({ code: "DATABASE_UNAVAILABLE" }, { isForged: true })).toEqual(over);
  expect(await run({ code: "USER_ERROR" })).toEqual(over);
});
