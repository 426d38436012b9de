import { expect, test } from "vitest";
import { isTagged, readableValue } from "./readable-value.ts";

const tag = (type: string, content: unknown) => ({ $floww: [type, content] });

test.each([
  ["plain data", { a: [1, "x", null, true], b: {} }, '{"a": [1, "x", null, true], "b": {}}'],
  ["a date", tag("Date", "2026-02-03T04:05:06.789Z"), 'Date("2026-02-03T04:05:06.789Z")'],
  ["a date that is none", tag("Date", null), "Date(NaN)"],
  ["a map", tag("Map", [["a", tag("bigint", "12")]]), 'Map(1) {"a" => 12n}'],
  [
    "a set of what JSON has not",
    tag("Set", [tag("number", "NaN"), tag("undefined", null)]),
    "Set(2) {NaN, undefined}",
  ],
  ["bytes", tag("bytes", "AP+A"), 'bytes(3) "00 ff 80"'],
  ["an object that looks like the encoding", tag("object", { $floww: 1 }), '{"$floww": 1}'],
  ["a type of a later SDK", tag("Temporal", "x"), '{"$floww": ["Temporal", "x"]}'],
  ["bytes that are none", tag("bytes", "%"), '{"$floww": ["bytes", "%"]}'],
  ["a tag without content", { $floww: "x" }, '{"$floww": "x"}'],
  ["hostile text", { "\u0000<img>": "\u2028\ud800" }, `{"\\u0000<img>": "\u2028\\ud800"}`],
  ["a key named __proto__", JSON.parse('{"__proto__": 1}'), '{"__proto__": 1}'],
])("%s is readable in one line", (_name, value, text) => {
  expect(readableValue(value)).toBe(text);
});

test("over several lines what lies in another is moved to the right", () => {
  expect(readableValue({ a: tag("Map", [["k", [1]]]) }, 2)).toBe(
    '{\n  "a": Map(1) {\n    "k" => [\n      1\n    ]\n  }\n}',
  );
});

test("a value says whether it holds more than JSON", () => {
  expect(isTagged({ a: [{ b: tag("Date", null) }] })).toBe(true);
  expect(isTagged({ a: [{ b: 1 }] })).toBe(false);
});
