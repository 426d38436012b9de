import { expect, test } from "vitest";
import { parseJson } from "./parse-json.ts";

function nested(depth: number): Buffer {
  return Buffer.from(`${'{"a":['.repeat(depth / 2)}${"]}".repeat(depth / 2)}`);
}

test("200 levels are read, and one hundred thousand are refused by name", () => {
  expect(() => parseJson(nested(200))).not.toThrow();
  for (const depth of [202, 100_000])
    expect(() => parseJson(nested(depth))).toThrow("nested more than 200 levels deep");
});

test("what is no JSON is refused", () => {
  for (const text of ["", "{", "nope"])
    expect(() => parseJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: "BODY_NOT_JSON" }));
});
