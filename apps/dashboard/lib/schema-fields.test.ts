import { expect, test } from "vitest";
import { defaultsOf, readFields } from "./schema-fields.ts";

test("an object's properties become fields, what no field can hold becomes JSON", () => {
  const fields = readFields({
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", description: "Who" },
      size: { enum: ["s", "m"] },
      count: { type: "integer", default: 3 },
      loud: { type: "boolean" },
      tags: { type: "array" },
      either: { type: ["string", "null"] },
    },
  });
  expect(fields?.map(({ name, kind, isRequired }) => [name, kind, isRequired])).toEqual([
    ["name", "text", true],
    ["size", "choice", false],
    ["count", "integer", false],
    ["loud", "boolean", false],
    ["tags", "json", false],
    ["either", "json", false],
  ]);
  expect(defaultsOf(fields ?? [])).toEqual({ count: 3, loud: false });
});

test("what is no object has no fields", () => {
  expect(readFields(undefined)).toBeUndefined();
  expect(readFields({ type: "string" })).toBeUndefined();
  expect(readFields({})).toBeUndefined();
});
