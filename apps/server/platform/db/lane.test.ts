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

test("each item hears of its own rows, whatever became of others in the same statement", async () => {
  await database.query("create table places (id text primary key, name text)");
  await database.query("insert into places values ('taken', 'free'), ('open', 'free')");
  const id = { name: "id", type: "text", value: (row: { id: string }) => row.id } as const;
  const lane = new Lane(() => database.connect(), {
    named: {
      name: "named",
      columns: [id],
      sql: (source: string) => `update places set name = 'named' from ${source} where places.id = given.id
        and places.id <> 'taken' returning places.id`,
    },
    noted: {
      name: "noted",
      columns: [id],
      sql: (source: string) => `insert into touched (id) select id from ${source} returning id`,
    },
  });
  const results = await Promise.all([
    lane.commit({ named: [{ id: "taken" }] }),
    lane.commit({ named: [{ id: "open" }] }),
    lane.commit({ noted: [{ id: "note" }] }),
  ]);
  await lane.close();
  const heard = results.map((result) =>
    ["named", "noted"].map((fragment) =>
      ["taken", "open", "note"].filter((one) => result.has(fragment, one)),
    ),
  );
  // Of "noted" all took effect: that says nothing of a row that was none of it.
  expect(heard[0]).toEqual([["open"], []]);
  expect(heard[1]![0]).toContain("open");
  expect(heard[2]).toEqual([["open"], ["note"]]);
});
