import { expect, test } from "vitest";
import { decodeValue, encodeValue } from "./value-codec.ts";

const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels)) as unknown;

test("a value comes back as it was", () => {
  const value = {
    ...{ date: new Date(0), bytes: new Uint8Array([0, 255]), map: new Map([["a", new Set([1n])]]) },
    ...{ nothing: undefined, zero: -0, endless: Number.NEGATIVE_INFINITY, $floww: ["Date", "no"] },
  };
  const read = decodeValue(encodeValue(value)) as typeof value;
  expect(read).toEqual(value);
  expect(Object.is(read.zero, -0)).toBe(true);
});

test("what cannot come back is refused with its place", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const [value, place] of [
    [cycle, "value.self is a cycle"],
    [{ list: [() => 1] }, "value.list[0] is a function"],
    [{ error: new Error("no") }, "value.error is a Error"],
  ] as const)
    expect(() => encodeValue(value)).toThrow(
      expect.objectContaining({ code: "VALUE_INVALID", message: expect.stringContaining(place) }),
    );
});

// JSON from outside may be nested as deep as it is long: whoever walks it by calls would run out of stack.
test("what is nested deeper than anybody would write is refused, and quickly", () => {
  expect(decodeValue(encodeValue(nested(200)))).toEqual(nested(200));
  for (const levels of [201, 100_000])
    expect(() => encodeValue(nested(levels))).toThrow(expect.objectContaining({ code: "VALUE_INVALID" }));
});
