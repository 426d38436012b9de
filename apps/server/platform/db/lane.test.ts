import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { Lane } from "./lane.ts";
import type { Surroundings } from "./lane-statement.ts";

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

test("a row by itself is written as it is among others", async () => {
  const columns = [
    { name: "id", type: "uuid" },
    { name: "body", type: "bytea" },
    { name: "words", type: "text" },
    { name: "small", type: "int2" },
    { name: "count", type: "int4" },
    { name: "at", type: "timestamptz" },
  ] as const;
  type Given = Record<(typeof columns)[number]["name"], string | Uint8Array | number | Date | null>;
  await database.query(
    `create table written (${columns.map(({ name, type }) => `${name} ${type}`).join(", ")})`,
  );
  const lane = new Lane(() => database.connect(), {
    written: {
      name: "written_rows",
      columns: columns.map(({ name, type }) => ({ name, type, value: (row: Given) => row[name] })),
      sql: (source: string) => `insert into written select * from ${source} returning id`,
    },
  });
  const rows = [
    {
      body: new Uint8Array([0, 255]),
      words: "\u{1f600} '\"{},",
      small: -3,
      count: 2 ** 31 - 1,
      at: new Date(-1),
    },
    { body: "text as bytes \u0000", words: "", small: 0, count: 0, at: new Date(4_102_444_800_001) },
    { body: null, words: null, small: null, count: null, at: null },
  ].map((row, index) => ({ id: `0000000${index}-0000-7000-8000-000000000000`, ...row }));
  for (const row of rows) {
    const result = await lane.commit({ written: [row] });
    expect([result.has("written", row.id), result.has("written", "another")]).toEqual([true, false]);
  }
  await lane.commit({ written: rows });
  await lane.close();
  const { rows: all } = await database.query("select * from written");
  expect(all.slice(0, rows.length)).toEqual(all.slice(rows.length));
  expect(all).toHaveLength(2 * rows.length);
});

test("a flush opens only the partitions of the ids that it looks for", async () => {
  await database.query("create table days (id uuid primary key, name text) partition by range (id)");
  const ids = ["1", "2", "3", "4"].map((digit) => `${digit}0000000-0000-7000-8000-000000000000`);
  for (const id of ids) {
    const end = id.replace("-0000-7", "-ffff-7");
    await database.query(
      `create table days_${id[0]} partition of days for values from ('${id}') to ('${end}')`,
    );
    await database.query("insert into days (id) values ($1)", [id]);
  }
  const plans: string[] = [];
  const explained = async () => {
    const client = await database.connect();
    client.on("notice", ({ message }) => plans.push(message ?? ""));
    await client.query(
      "load 'auto_explain'; set auto_explain.log_min_duration = 0; set client_min_messages = log",
    );
    return client;
  };
  const lane = new Lane(explained, {
    named: {
      name: "named",
      columns: [{ name: "id", type: "uuid", value: (row: { id: string }) => row.id }],
      seeks: ({ id }: { id: string }) => id,
      sql: (source: string, { within }: Surroundings) =>
        `update days set name = 'named' from ${source} where days.id = given.id ${within("days.id")} returning days.id`,
    },
  });
  const alone = await lane.commit({ named: [{ id: ids[1]! }] });
  const pair = await lane.commit({ named: [{ id: ids[2]! }, { id: ids[1]! }] });
  await lane.close();
  expect(alone.has("named", ids[1]!)).toBe(true);
  expect([pair.has("named", ids[1]!), pair.has("named", ids[2]!)]).toEqual([true, true]);
  const [ofOne, ofTwo] = plans.filter((text) => text.includes("Update on days"));
  expect(ofOne).toContain("Subplans Removed: 3");
  expect(ofOne).toMatch(/Index Cond: \(id = .*\$1/);
  expect(ofTwo).toContain("Subplans Removed: 2");
});
