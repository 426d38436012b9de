import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const OWN_PID = "select pg_backend_pid() as pid";

async function terminate(pid: number | undefined): Promise<void> {
  await database.query("select pg_terminate_backend($1)", [pid]);
}

/** Without a listener for `error`, which `once` of node:events would add. */
function endOf(client: NodeJS.EventEmitter): Promise<unknown> {
  return new Promise((resolve) => client.once("end", resolve));
}

test("a connection that breaks between two statements fails its transaction and nothing else", async () => {
  const broken = database.transaction(async (transaction) => {
    const found = await transaction.query<{ pid: number }>(OWN_PID);
    const ended = endOf(transaction as unknown as NodeJS.EventEmitter);
    await terminate(found.rows[0]?.pid);
    await ended;
    await transaction.query("select 1");
  });
  await expect(broken).rejects.toThrow();
  expect((await database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a connection of one's own that breaks while nobody listens ends nothing", async () => {
  const client = await database.connect();
  const { rows } = await client.query<{ pid: number }>(OWN_PID);
  const ended = endOf(client);
  await terminate(rows[0]?.pid);
  await ended;
  await expect(client.query("select 1")).rejects.toThrow();
});
