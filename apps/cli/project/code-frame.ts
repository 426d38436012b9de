import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

export interface SourcePlace {
  file: string;
  line: number;
  column: number;
}

const LINES_AROUND = 2;
const LINE_CHARACTERS_MAX = 160;

/** The lines around a place in the author's code, with a caret under it; undefined when they cannot be read. */
export async function readCodeFrame(folder: string, place: SourcePlace): Promise<string | undefined> {
  const text = await readFile(join(folder, place.file), "utf8").catch(() => undefined);
  return text === undefined ? undefined : formatCodeFrame(text, place);
}

export function formatCodeFrame(text: string, { line, column }: Omit<SourcePlace, "file">): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, line - LINES_AROUND);
  const last = Math.min(lines.length, line + LINES_AROUND);
  const width = String(last).length;
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const mark = number === line ? ">" : " ";
    const code = (lines[number - 1] ?? "").replaceAll("\t", " ").slice(0, LINE_CHARACTERS_MAX);
    shown.push(`${mark} ${String(number).padStart(width)} | ${code}`.trimEnd());
    if (number === line && column <= LINE_CHARACTERS_MAX)
      shown.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1))}^`);
  }
  return shown.join("\n");
}

/**
 * Runs a step that executes the author's code. When it fails at a place in it, the error comes with the lines around.
 *
 * @throws FlowwError as the step's, with `details.frame`
 */
export async function withCodeFrame<T>(folder: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (!(error instanceof FlowwError)) throw error;
    const { source } = (error.details ?? {}) as { source?: SourcePlace };
    if (source === undefined) throw error;
    const place = { ...source, file: fromProject(source.file) };
    const frame = await readCodeFrame(folder, place);
    throw new FlowwError(error.code, withPlace(error, place), {
      cause: error,
      fix: error.fix,
      details: { source: place, ...(frame === undefined ? {} : { frame }) },
    });
  }
}

/** The bundler says where; an error that was thrown only says what. */
function withPlace({ code, message }: FlowwError, { file, line, column }: SourcePlace): string {
  return code === "IMPORT_FAILED" ? `Top-level code threw at ${file}:${line}:${column}: ${message}` : message;
}

/** The executor unpacks a bundle into a folder of its own; the author knows the path from the project. */
function fromProject(file: string): string {
  return file.replace(/^.*\/floww-[A-Za-z0-9]{6}\//, "");
}
