import { basename } from "node:path/posix";
import { parseSource } from "../parse-source.ts";
import { isGenerated, isTestFile, type SourceFile } from "../source-files.ts";

export interface FileMeasure {
  readonly path: string;
  readonly lines: number;
  readonly anyLines: readonly number[];
  readonly suppressions: readonly { readonly line: number; readonly hasReason: boolean }[];
  /** Throws by whether what is thrown has a type of its own; empty where throws are not counted. */
  readonly typedThrows: number;
  readonly untypedThrowLines: readonly number[];
}

const SUPPRESSION =
  /^[\s*]*(?:biome-ignore(?:-\w+)?\s+[^:]*(:?)|@ts-(?:ignore|expect-error|nocheck)(?=\W|$)():?)\s*(.*)/s;

/** What the budgets ask about one file; `undefined` for a file they leave out: tests, generated files, plain JavaScript. */
export function measureFile(source: SourceFile): FileMeasure | undefined {
  if (!/\.tsx?$/.test(source.path) || isTestFile(source.path) || isGenerated(source.path)) return undefined;
  const file = parseSource(source);
  const anyLines: number[] = [];
  const untypedThrowLines: number[] = [];
  let typedThrows = 0;
  const countsThrows = !source.path.startsWith("tools/");
  file.visit({
    TSAnyKeyword(node) {
      anyLines.push(file.lineAt(node.start));
    },
    ThrowStatement({ argument, start }) {
      if (!countsThrows) return;
      if (isUntyped(argument)) untypedThrowLines.push(file.lineAt(start));
      else typedThrows += 1;
    },
  });
  const suppressions = file.comments.flatMap(({ value, start }) => {
    const match = SUPPRESSION.exec(value);
    return match ? [{ line: file.lineAt(start), hasReason: (match[3] ?? "").trim() !== "" }] : [];
  });
  const lines = source.text.replace(/\n$/, "").split("\n").length;
  return { path: source.path, lines, anyLines, suppressions, typedThrows, untypedThrowLines };
}

const VAGUE = /(^|-)(utils?|helpers?|common|managers?|services?)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** What is wrong with a path's names; `undefined` when nothing is. */
export function checkName(path: string): string | undefined {
  const [file = "", ...folders] = path.split("/").reverse();
  const names = [...folders, ...(basename(file).split(".").slice(0, -1) as string[])];
  const vague = names.find((name) => VAGUE.test(name));
  if (vague) return `"${vague}" says nothing: name it for the one thing it holds`;
  const other = names.find((name) => !KEBAB.test(name));
  return other && `"${other}" is not kebab-case`;
}

/** `throw error` hands on what has a type already; `new Error()` and what is no error object have none. */
function isUntyped(argument: { type: string; callee?: unknown }): boolean {
  if (
    argument.type === "Literal" ||
    argument.type === "TemplateLiteral" ||
    argument.type === "ObjectExpression"
  ) {
    return true;
  }
  if (argument.type !== "NewExpression" && argument.type !== "CallExpression") return false;
  const callee = argument.callee as { type: string; name?: string };
  return callee.type === "Identifier" && callee.name === "Error";
}
