import { createRuntimeTarget } from "../domain/deployments/runtime-target.ts";
import { listDeploymentsInUse } from "../domain/executions/list-deployments-in-use.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import type { LambdaDriver } from "../domain/runtimes/drivers/lambda/lambda-driver.ts";
import type { Database } from "../platform/db/database.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 60 * 60_000;
const FUNCTIONS_LOCK = 7_203_420;

type TargetContext = Parameters<typeof createRuntimeTarget>[0];

/** Takes away functions on AWS Lambda that no deployment in use needs. One that is needed again is made again. */
export function keepFunctionsBounded(
  context: TargetContext & { database: Database },
  driver: Pick<LambdaDriver, "removeUnneeded">,
  {
    jobStates,
    report,
    everyMs = EVERY_MS,
  }: { jobStates: JobStates; report(error: unknown): void; everyMs?: number },
): { stop(): Promise<void> } {
  const { database } = context;
  const work = async () => {
    const inUse = await listDeploymentsInUse(database, "lambda");
    await driver.removeUnneeded(inUse.map((row) => createRuntimeTarget(context, row)));
  };
  return repeatAlone({
    name: "remove-unneeded-functions",
    jobStates,
    database,
    everyMs,
    lock: FUNCTIONS_LOCK,
    work,
    report,
  });
}
