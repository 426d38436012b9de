import { expect, test } from "vitest";
import type { SourceFile } from "../source-files.ts";
import { checkBudgets } from "./budgets.ts";

/** `lines` lines, the given text first. */
function file(path: string, lines: number, text = ""): SourceFile {
  return { path, text: `${text}${"\n".repeat(lines - text.split("\n").length)};\n` };
}

/** The rule of each problem, by its place. */
function places(problems: readonly string[]): string[] {
  return problems.map((problem) => problem.split("  ").slice(0, 2).join(" "));
}

const A = "apps/cli/a.ts";

test("a file of 401 lines is over the wall, one of 400 is not", () => {
  const short = Array.from({ length: 40 }, (_, index) => file(`apps/cli/short-${index}.ts`, 10));
  expect(places(checkBudgets([...short, file(A, 401)]))).toEqual([`${A}:401 length`]);
  expect(checkBudgets([...short, file(A, 400)])).toEqual([]);
});

test("more than a twentieth of the files over 350 lines is too many", () => {
  expect(places(checkBudgets([file(A, 351)]))).toEqual([expect.stringContaining("length 95 %")]);
  expect(checkBudgets([file(A, 350)])).toEqual([]);
});

test("any and suppressions are counted per thousand lines, and a suppression needs its reason", () => {
  const rest = Array.from({ length: 10 }, (_, index) => file(`apps/cli/rest-${index}.ts`, 300));
  const any = "const a = b as any; const text = 'any';";
  expect(checkBudgets([...rest, file(A, 10, any)])).toEqual([]);
  expect(places(checkBudgets([file(A, 300, any)]))).toEqual([`${A}:1 any`]);
  const reason = "// @ts-expect-error the library's types say string";
  expect(checkBudgets([...rest, file(A, 10, reason)])).toEqual([]);
  expect(places(checkBudgets([file(A, 300, reason)]))).toEqual([`${A}:1 suppression`]);
  for (const bare of [
    "// @ts-ignore",
    "// biome-ignore lint/suspicious/noExplicitAny:",
    "/* biome-ignore lint */",
  ]) {
    expect(places(checkBudgets([...rest, file(A, 10, `\n${bare}`)]))).toEqual([`${A}:2 suppression-reason`]);
  }
});

test("nine typed throws in ten are too few, ten in eleven are enough", () => {
  const typed = (count: number) => "throw new Refused();".repeat(count);
  const untyped = "throw new Error('a');";
  expect(places(checkBudgets([file(A, 9, typed(9) + untyped)]))).toEqual([`${A}:1 untyped-throw`]);
  expect(checkBudgets([file(A, 9, typed(10) + untyped)])).toEqual([]);
  expect(checkBudgets([file("tools/a.ts", 9, untyped), file("apps/cli/a.test.ts", 9, untyped)])).toEqual([]);
});

test("names are kebab-case and say something", () => {
  const bad = [
    "apps/cli/utils/a.ts",
    "apps/cli/string-helpers.ts",
    "apps/cli/kv-manager.ts",
    "apps/cli/putKey.ts",
  ];
  expect(places(checkBudgets(bad.map((path) => file(path, 3))))).toEqual(bad.map((path) => `${path}:1 name`));
  expect(checkBudgets([file("apps/server/http/routes/service-accounts.test.ts", 3)])).toEqual([]);
});
