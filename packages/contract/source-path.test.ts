import { expect, test } from "vitest";
import { isSourcePath } from "./source-path.ts";

test.each(["main.ts", "lib/greet.ts", "a b/ü.ts", "x/y/z/data.json"])(
  "%j is a path of the author's own",
  (path) => {
    expect(isSourcePath(path)).toBe(true);
  },
);

test.each([
  "../up.ts",
  "lib/../../up.ts",
  "./main.ts",
  "/etc/passwd",
  "lib//x.ts",
  "",
  "lib/",
  ".git/config",
  "lib/.npmrc",
  "node_modules/zod/index.js",
  "lib/Node_Modules/x.js",
  "C:/x.ts",
  "..\\up.ts",
  "a\u0000b",
  "a\nb",
  "lib./x.ts",
  "x.ts ",
  "<stdin>",
  "https://example.com/x.ts",
  `${"a/".repeat(300)}x.ts`,
])("%j is not", (path) => {
  expect(isSourcePath(path)).toBe(false);
});
