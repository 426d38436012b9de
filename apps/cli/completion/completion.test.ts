import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { commands } from "../commands/index.ts";
import { completionScripts } from "./scripts.ts";
import { readWords } from "./words.ts";

const places = readWords(commands);

/** What bash would offer after these words, the last of them being typed. */
function complete(...words: string[]): string[] {
  const typed = words.map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(floww ${typed}); COMP_CWORD=${words.length}; _floww; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const script = `complete() { :; }\n${completionScripts.bash(places)}\n${ask}`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n");
}

test("bash completes commands, their second words and their options", () => {
  expect(complete("dep")).toEqual(["deploy"]);
  expect(complete("executions", "")).toEqual(["list", "show"]);
  expect(complete("deploy", "--p")).toEqual(["--plan"]);
  expect(complete("trigger", "greet", "--wa")).toEqual(["--wait"]);
});

test("every command can be reached in every shell's script", () => {
  for (const script of Object.values(completionScripts)) {
    const text = script(places);
    for (const word of ["init", "executions", "rollback", "doctor", "--plan".slice(2)])
      expect(text).toContain(word);
  }
});
