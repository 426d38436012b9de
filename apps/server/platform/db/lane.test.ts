import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { newUuid } from "../uuid-v7.ts";
import { ensureDayPartitions } from "./day-partitions.ts";
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

describe("a table of days", () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const NOON = Date.UTC(2040, 0, 2, 12);
  const [yesterday, today, tomorrow] = [-1, 0, 1].map((days) => newUuid(NOON + days * DAY_MS));
  const id = { name: "id", type: "uuid", value: (row: { id: string }) => row.id } as const;
  let nowMs = NOON;
  let plans: string[] = [];
  const explained = async () => {
    const client = await database.connect();
    client.on("notice", ({ message }) => plans.push(message ?? ""));
    await client.query(
      "load 'auto_explain'; set auto_explain.log_min_duration = 0; set client_min_messages = log",
    );
    return client;
  };
  const OTHERS = `select pid from pg_stat_activity
    where datname = current_database() and query like '%days%' and pid <> pg_backend_pid()`;
  const createLane = () =>
    new Lane(
      explained,
      {
        named: {
          name: "named",
          columns: [id],
          dayOf: ({ id }: { id: string }) => id,
          sql: (source: string, { partition }: Surroundings) =>
            `update ${partition("days")} as day set name = 'named' from ${source} where day.id = given.id returning day.id`,
        },
        noted: {
          name: "noted",
          columns: [id],
          sql: (source: string) => `insert into touched (id) select id from ${source} returning id::uuid`,
        },
      },
      { nowMs: () => nowMs },
    );
  const updated = () => plans.map((plan) => /Update on (\w+)/.exec(plan)?.[1]).filter(Boolean);

  beforeAll(async () => {
    await database.query("create table days (id uuid primary key, name text) partition by range (id)");
    await ensureDayPartitions(database, ["days"], NOON);
    await database.query("insert into days (id) select unnest($1::uuid[])", [[yesterday, today, tomorrow]]);
  });
  beforeEach(() => {
    nowMs = NOON;
    plans = [];
  });

  test("rows of today alone name its partition, one of them and many, and whatever goes with them", async () => {
    const lane = createLane();
    const alone = await lane.commit({ named: [{ id: today! }] });
    const two = await lane.commit({ named: [{ id: today! }, { id: newUuid(NOON) }] });
    const mixed = await lane.commit({ named: [{ id: today! }], noted: [{ id: yesterday! }] });
    await lane.close();
    expect([alone, two, mixed].map((result) => result.has("named", today!))).toEqual([true, true, true]);
    expect(updated()).toEqual(["days_20400102", "days_20400102", "days_20400102"]);
  });

  test("rows of other days are found too", async () => {
    const lane = createLane();
    const old = await lane.commit({ named: [{ id: yesterday! }] });
    const mixed = await lane.commit({ named: [{ id: yesterday! }, { id: today! }] });
    await lane.close();
    expect(old.has("named", yesterday!)).toBe(true);
    expect([yesterday!, today!].every((one) => mixed.has("named", one))).toBe(true);
    expect(updated()).toEqual(["days", "days"]);
  });

  test("the day goes on, and nothing that was prepared for the last one is kept", async () => {
    const lane = createLane();
    await lane.commit({ named: [{ id: today! }] });
    const { rows } = await database.query<{ pid: number }>(OTHERS);
    nowMs = NOON + DAY_MS;
    const next = await lane.commit({ named: [{ id: tomorrow! }] });
    const { rows: after } = await database.query<{ pid: number }>(OTHERS);
    await lane.close();
    expect(next.has("named", tomorrow!)).toBe(true);
    expect(updated()).toEqual(["days_20400102", "days_20400103"]);
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(rows);
  });

  test("a partition that is not there is no fault of the database", async () => {
    const lane = createLane();
    nowMs = Date.UTC(2041, 0, 1);
    const gone = newUuid(nowMs);
    const result = await lane.commit({ named: [{ id: gone }], noted: [{ id: gone }] });
    await lane.close();
    expect([result.has("named", gone), result.has("noted", gone)]).toEqual([false, true]);
  });
});
