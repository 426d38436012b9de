import type { DriverName } from "@floww/contract/api";
import type { RunJob } from "@floww/executor/host";
import { expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { RuntimeDriver } from "../runtimes/drivers/driver.ts";
import { DriverSet } from "../runtimes/drivers/driver-set.ts";
import { RemoteRuns } from "./remote-runs.ts";
import { runExecution } from "./run-execution.ts";
import { RunsInHand } from "./runs-in-hand.ts";
import type { OwnedExecution, RunContext } from "./types.ts";

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
