import { expect, test } from "vitest";
import { printable, printableLine } from "./printable.ts";

test("escape sequences, C1 controls and turned text are shown and not obeyed", () => {
  expect(printable("a\u001b]52;c;eA==\u0007b\u009b31mc\u202ed\r")).toBe(
    "a\\x1b]52;c;eA==\\x07b\\x9b31mc\\u202ed\\x0d",
  );
});

test("tabs, line feeds and letters of any language stay", () => {
  expect(printable("a\tb\nñ 日本 👍")).toBe("a\tb\nñ 日本 👍");
  expect(printableLine(" a\tb\nc ")).toBe("a b c");
});
