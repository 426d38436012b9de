import { bundleAbi, type ExecutionScope } from "@floww/contract/abi";
import { formatId } from "@floww/contract/ids";
import { describeKv, type KvHarness } from "@floww/sdk/kv-conformance";
import { afterAll, beforeAll } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aVault, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { openRunHost } from "./call-host.ts";
import { valueOperations } from "./host-operations.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

describeKv("the server's KV stores", async (): Promise<KvHarness> => {
  const first = await aWorkflow(database);
  const second = await aWorkflow(database, { namespaceId: first.namespaceId });
  const vault = await aVault(database);
  const open = (workflowId: string) =>
    openRunHost({
      database,
      vault,
      run: { id: newUuid(), owner: newUuid(), epoch: 1, namespaceId: first.namespaceId, workflowId },
      operations: valueOperations,
      declaresSecret: async () => false,
      callVendor: async () => {
        throw new TypeError("no vendor is called here");
      },
      findRefused: async () => undefined,
      isStillOurs: async () => true,
      startedAtMs: performance.now(),
    });
  const hosts = { first: open(first.id), second: open(second.id) };
  const abi = bundleAbi();
  return {
    as: (workflow, work) => {
      const scope = {} as ExecutionScope;
      abi.host = {
        phase: "run",
        current: () => scope,
        // Over JSON, as on the wire.
        call: async (operation, input) =>
          JSON.parse(
            JSON.stringify(await hosts[workflow].call(operation, JSON.parse(JSON.stringify(input)))),
          ),
      };
      return work();
    },
    workflowId: (workflow) => formatId("workflow", { first, second }[workflow].id),
    // What was written before is that much older now.
    advance: async (ms) => {
      await database.query("update kv_items set expires_at = expires_at - $1 * interval '1 millisecond'", [
        ms,
      ]);
    },
    close: async () => {
      delete abi.host;
    },
  };
});
