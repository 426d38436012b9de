import { expect, test } from "vitest";
import { safeNext } from "./safe-next.ts";

const publicUrl = new URL("https://floww.example.com");

test("a path of this server is kept with its query", () => {
  expect(safeNext("/device?user_code=BCDF-GHJK", publicUrl)).toBe("/device?user_code=BCDF-GHJK");
});

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "\\\\evil.example",
  "javascript:alert(1)",
  "/x/..//evil.example",
  "",
  null,
])("%j leads nowhere else", (next) => {
  expect(safeNext(next, publicUrl)).toBe("/");
});
