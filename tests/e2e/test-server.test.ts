import { expect, test } from "vitest";
import { ExecutionState } from "../../apps/server/domain/executions/states.ts";
import { newUuid } from "../../apps/server/platform/uuid-v7.ts";
import { startTestServer } from "./test-server.ts";

test("an execution that is stuck fails the test whose server it is", async () => {
  const server = await startTestServer();
  {
    await using database = await server.openDatabase();
    // Of a server that keeps its lease and does nothing: nobody else may end it.
    const [owner, nobody] = [newUuid(), newUuid()];
    await database.query(
      `insert into servers (id, lease_until) values ('${owner}', now() + interval '1 hour')`,
    );
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, epoch, owner, started_at)
       values ('${newUuid()}', '${nobody}', '${nobody}', '${nobody}', 1, 1, ${ExecutionState.started}, 1, '${owner}',
         now() - interval '331 seconds')`,
    );
  }
  await expect(server[Symbol.asyncDispose]()).rejects.toThrow(
    /exe_\w{26} is started for 33\d s, with a deadline/,
  );
  await server.closed;
});
