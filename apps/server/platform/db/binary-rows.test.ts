import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { type Column, type ColumnType, type ColumnValue, encodeRows } from "./binary-rows.ts";

describe("rows in the binary format are what PostgreSQL reads", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  /** Sends the rows as a composite type of these columns, and reads them back. */
  function readBack<Row extends object>(columns: readonly Column<Row>[], rows: readonly Row[]) {
    return database.transaction(async (transaction) => {
      const attributes = columns.map(({ name, type }) => `"${name}" ${type}`).join(", ");
      await transaction.query(`create type pg_temp.sent as (${attributes})`);
      const type = await transaction.query<{ oid: number }>(
        "select 'pg_temp.sent'::regtype::oid::int as oid",
      );
      const read = await transaction.query<Row>("select * from unnest($1::pg_temp.sent[]) as given", [
        encodeRows(type.rows[0]!.oid, columns, rows),
      ]);
      await transaction.query("drop type pg_temp.sent");
      return read.rows;
    });
  }

  test.each<[ColumnType, ColumnValue[]]>([
    ["uuid", ["01a20427-91e5-76c5-82b3-4e928640b08e", null]],
    ["bytea", [Buffer.from([0, 1, 255]), Buffer.alloc(0), null, Buffer.from('"\\u0000" 1e200000 \ud800')]],
    ["text", ["", "ünïcode \u{1f600}", 'it\'s {a} "b", \\c', null]],
    ["int2", [0, -32_768, 32_767, null]],
    ["int4", [0, -2_147_483_648, 2_147_483_647, null]],
    [
      "timestamptz",
      [
        new Date("1970-01-01T00:00:00.001Z"),
        new Date("2026-11-22T15:57:19.123Z"),
        new Date("9999-12-31"),
        null,
      ],
    ],
    ["uuid", []],
  ])("%s %j", async (type, values) => {
    const rows = values.map((value) => ({ value }));
    expect(await readBack([{ name: "value", type, value: (row) => row.value }], rows)).toEqual(rows);
  });

  test("text where bytes are wanted is their UTF-8, whatever stands beside it", async () => {
    const rows = [
      { id: 1, head: '{"ü":"\u{1f600}"}', note: null },
      { id: 2, head: "", note: "x" },
    ];
    const read = await readBack<{ id: number; head: string | Buffer; note: string | null }>(
      [
        { name: "id", type: "int4", value: ({ id }) => id },
        { name: "head", type: "bytea", value: ({ head }) => head },
        { name: "note", type: "text", value: ({ note }) => note },
      ],
      rows,
    );
    expect(read).toEqual(rows.map((row) => ({ ...row, head: Buffer.from(row.head) })));
  });

  test("what is no UUID is refused before it is sent", () => {
    const columns = [{ name: "id", type: "uuid" as const, value: (id: string) => id }];
    for (const id of ["", "01a20427", "01a20427-91e5-76c5-82b3-4e928640b08g", `0${"1".repeat(36)}`])
      expect(() => encodeRows(1, columns, [id])).toThrow(RangeError);
  });
});
