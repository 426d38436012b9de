import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { Lane } from "./lane.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.query("create table touched (place integer generated always as identity, id text)");
});
afterAll(() => database[Symbol.asyncDispose]());

test("the rows of a fragment that locks go in the order of what they lock, whoever sent them first", async () => {
  const lane = new Lane(() => database.connect(), {
    touches: {
      name: "touches",
      columns: [{ name: "id", type: "text", value: (row: { id: string }) => row.id }],
      lock: (row: { id: string }) => row.id,
      sql: (source: string) => `insert into touched (id) select id from ${source} returning id`,
    },
  });
  await Promise.all(["c", "a", "b"].map((id) => lane.commit({ touches: [{ id }] })));
  await lane.close();
  const { rows } = await database.query<{ id: string }>("select id from touched order by place");
  expect(rows.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});
