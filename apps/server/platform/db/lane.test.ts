import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { Lane, type StatementParts } from "./lane.ts";

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
      sql: ({ source }: StatementParts) => `insert into touched (id) select id from ${source} returning id`,
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
      sql: ({
        source,
      }: StatementParts) => `update places set name = 'named' from ${source} where places.id = given.id
        and places.id <> 'taken' returning places.id`,
    },
    noted: {
      name: "noted",
      columns: [id],
      sql: ({ source }: StatementParts) => `insert into touched (id) select id from ${source} returning id`,
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

test("rows that lie far apart are found in one statement, which opens no partition beyond them", async () => {
  await database.query("create table days (id uuid primary key, name text) partition by range (id)");
  const ids = ["1", "2", "3", "4"].map((digit) => `${digit}0000000-0000-7000-8000-000000000000`);
  for (const id of ids) {
    const [from, to] = [id, id.replace("-0000-7", "-ffff-7")];
    await database.query(
      `create table days_${id[0]} partition of days for values from ('${from}') to ('${to}')`,
    );
    await database.query("insert into days (id) values ($1)", [id]);
  }
  const texts: string[] = [];
  const lane = new Lane(() => database.connect(), {
    named: {
      name: "named",
      columns: [{ name: "id", type: "uuid", value: (row: { id: string }) => row.id }],
      looksUp: (row: { id: string }) => row.id,
      sql: ({ source, near }: StatementParts) => {
        texts.push(near("days.id"));
        return `update days set name = 'named' from ${source} where days.id = given.id and ${near("days.id")} returning days.id`;
      },
    },
  });
  const [second, , , first] = await Promise.all(
    [ids[2]!, ids[1]!, ids[2]!.replace("3", "9"), ids[1]!].map((id) => lane.commit({ named: [{ id }] })),
  );
  await lane.close();
  expect(first!.has("named", ids[1]!)).toBe(true);
  expect(second!.has("named", ids[2]!)).toBe(true);
  const { rows } = await database.query<{ id: string }>(
    "select id from days where name = 'named' order by id",
  );
  expect(rows.map(({ id }) => id)).toEqual([ids[1], ids[2]]);

  const client = await database.connect();
  await client.query("set plan_cache_mode = force_generic_plan");
  await client.query(
    `prepare near (uuid, uuid) as update days set name = 'near' where ${texts[0]!.replaceAll(/\$\d/g, (place) => (place === "$2" ? "$1" : "$2"))}`,
  );
  const { rows: plan } = await client.query<{ "QUERY PLAN": string }>(
    `explain (costs off) execute near ('${ids[1]}', '${ids[2]}')`,
  );
  await client.end();
  const text = plan.map((row) => row["QUERY PLAN"]).join("\n");
  expect(text).toContain("Subplans Removed: 2");
});
