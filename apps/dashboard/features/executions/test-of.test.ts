import { expect, test } from "vitest";
import { testOf } from "./test-of.ts";
import type { ExecutionDetail } from "./types.ts";

const detail = {
  id: "exe_1",
  handlerId: 'builtin.onWebhook "a"',
  event: { method: "POST" },
  input: { kind: "json", value: { name: "Ada" } },
  status: "completed",
  answer: { status: 200, headers: [] },
  output: { kind: "json", value: { message: "`back`ticks`" } },
} as unknown as ExecutionDetail; // the rest does not count here

test("a test is a module that parses, whatever was recorded", async () => {
  const { parse } = await import("oxc-parser").then(({ parseSync }) => ({ parse: parseSync }));
  const source = testOf(detail);
  expect(parse("recorded.test.ts", source).errors).toEqual([]);
  expect(source).toContain('"name": "Ada"');
  expect(source).toContain("assert.equal(result.success, true);");
});

test("of a run that failed it asks for the failure", () => {
  expect(testOf({ ...detail, status: "failed" })).toContain("assert.equal(result.success, false);");
});
