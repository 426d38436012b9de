import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { type ArrayType, type ArrayValue, encodeArray } from "./binary-array.ts";

describe("arrays in the binary format are what PostgreSQL reads", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  test.each<[ArrayType, ArrayValue[]]>([
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
    const read = await database.query<{ value: unknown }>(
      `select value from unnest($1::${type}[]) as value`,
      [encodeArray(type, values)],
    );
    expect(read.rows.map(({ value }) => value)).toEqual(values);
  });
});
