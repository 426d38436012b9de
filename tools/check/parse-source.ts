import { parseSync, Visitor, type VisitorObject } from "oxc-parser";
import type { SourceFile } from "./source-files.ts";

export interface ParsedFile {
  readonly path: string;
  readonly comments: readonly { readonly value: string; readonly start: number }[];
  visit(visitor: VisitorObject): void;
  /** 1-based. */
  lineAt(offset: number): number;
}

/** Parses TypeScript as the compiler would: an import in a comment, a string or a template is none. */
export function parseSource({ path, text }: SourceFile): ParsedFile {
  const { program, comments, errors } = parseSync(path, text, { sourceType: "module" });
  const fatal = errors.find((error) => error.severity === "Error");
  if (fatal) throw new SyntaxError(`${path}: ${fatal.message}`);
  return {
    path,
    comments,
    visit: (visitor) => new Visitor(visitor).visit(program),
    lineAt: (offset) => text.slice(0, offset).split("\n").length,
  };
}
