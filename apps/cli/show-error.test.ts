import { Writable } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import { expect, test } from "vitest";
import { exitCodeOf } from "./exit-code.ts";
import { showError } from "./show-error.ts";
import { Terminal } from "./terminal.ts";

function shown(error: unknown, isDebug: boolean): string {
  let text = "";
  const errors = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  const terminal = new Terminal({ output: errors, errors, input: errors as never, isInteractive: false });
  showError(terminal, error, isDebug);
  return text;
}

test("an error nobody foresaw is one line without our stack, unless it is asked for", () => {
  const error = new TypeError("x is not iterable", { cause: new Error("why") });
  expect(shown(error, false)).toBe(
    "error: x is not iterable\nThis was not expected. Set FLOWW_DEBUG=1 to see where it happened.\n",
  );
  expect(shown(error, true)).toMatch(
    /TypeError: x is not iterable\n {4}at [\s\S]*Caused by: Error: why\n {4}at /,
  );
});

test("what a server says cannot write to the terminal in its own colours", () => {
  expect(shown(new FlowwError("NOT_FOUND", "no \u001b[2Jsuch", { fix: "fix" }), false)).toBe(
    "error: no \\x1b[2Jsuch\nfix\n",
  );
});

test("scripts can tell apart what went wrong", () => {
  const codes = [
    "UNAUTHENTICATED",
    "TOKEN_EXPIRED",
    "SERVER_UNREACHABLE",
    "NOT_FOUND",
    "FORBIDDEN",
    "IMPORT_FAILED",
    "INTERNAL",
  ] as const;
  expect(codes.map((code) => exitCodeOf(new FlowwError(code)))).toEqual([3, 3, 4, 2, 1, 1, 1]);
  expect(exitCodeOf(new TypeError("ours"))).toBe(1);
});
