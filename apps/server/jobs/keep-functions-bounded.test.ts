import { tmpdir } from "node:os";
import type { DriverName } from "@floww/contract/api";
import type { Manifest } from "@floww/contract/manifest";
import type { RuntimeTarget } from "@floww/executor/host";
import { expect, test } from "vitest";
import { insertBundle, insertDeployment } from "../domain/deployments/store.ts";
import { JobStates } from "../domain/job-states/job-states.ts";
import { Vault } from "../domain/secrets/vault.ts";
import { DiskArtifacts } from "../platform/blobs/disk-artifacts.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { aWorkflow } from "../testing/builders.ts";
import { createTestDatabase } from "../testing/test-database.ts";
import { keepFunctionsBounded } from "./keep-functions-bounded.ts";

test("what is active or runs now is in use, of this driver only; the rest may go, by one server at a time", async () => {
  await using database = await createTestDatabase();
  const vault = new Vault({ deriveKey: () => Buffer.alloc(32) });
  const artifacts = new DiskArtifacts(`${tmpdir()}/floww-nowhere`);
  const workflow = await aWorkflow(database);
  const { namespaceId, id: workflowId } = workflow;
  await insertBundle(database, namespaceId, { hash: "0".repeat(64), codeBytes: 1, mapBytes: 0 });
  const deploy = async (runtime: DriverName) => {
    const placed = runtime === "process" ? null : { driver: runtime, memoryMb: 256 };
    const row = { id: newUuid(), namespaceId, workflowId, bundleHash: "0".repeat(64), runtime, placed };
    const manifest: Manifest = { abi: 1, triggers: [], providers: [], secrets: [], warnings: [] };
    return (await insertDeployment(database, { ...row, createdBy: "usr_test" }, manifest)).id;
  };
  const start = (deploymentId: string, state: number) =>
    database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state, owner, epoch)
       values ($1, $2, $3, $4, $5, 1, 1, $6, $7, 1)`,
      [newUuid(), namespaceId, workflowId, newUuid(), deploymentId, state, newUuid()],
    );
  const [, runs, ended, elsewhere, active] = [
    await deploy("lambda"),
    await deploy("lambda"),
    await deploy("lambda"),
    await deploy("docker"),
    await deploy("lambda"),
  ];
  await start(runs, 2);
  await start(ended, 10);
  await start(elsewhere, 2);
  await database.query("update workflows set active_deployment_id = $2 where id = $1", [workflowId, active]);

  const heard = Promise.withResolvers<readonly RuntimeTarget[]>();
  let [atOnce, most, rounds] = [0, 0, 0];
  const driver = {
    removeUnneeded: async (inUse: readonly RuntimeTarget[]) => {
      most = Math.max(most, ++atOnce);
      await database.query("select pg_sleep(0.02)");
      atOnce--;
      if (++rounds === 4) heard.resolve(inUse);
      return [];
    },
  };
  const reported: unknown[] = [];
  const report = (error: unknown) => reported.push(error);
  const jobStates = new JobStates({ database, serverId: newUuid(), report });
  const keepers = [1, 2].map(() =>
    keepFunctionsBounded({ database, vault, artifacts }, driver, { jobStates, report, everyMs: 5 }),
  );
  const inUse = await heard.promise;
  await Promise.all(keepers.map((keeper) => keeper.stop()));
  await jobStates.stop();
  expect(inUse.map(({ deploymentId }) => deploymentId).toSorted()).toEqual([runs, active].toSorted());
  expect(inUse[0]?.runtime).toEqual({ driver: "lambda", memoryMb: 256 });
  expect({ most, reported }).toEqual({ most: 1, reported: [] });
});
