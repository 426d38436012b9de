import { readFile } from "node:fs/promises";
import { FlowwError } from "@floww/contract/errors";
import type { z } from "zod";
import type { Terminal } from "../terminal.ts";

export type Json = z.infer<ReturnType<typeof z.json>>;

/** What `--data` gives: JSON, `@file`, or `-` for stdin. @throws FlowwError INPUT_INVALID */
export async function readData(data: string | undefined, terminal: Terminal): Promise<Json | undefined> {
  if (data === undefined) return undefined;
  const [from, text] = await readText(data, terminal);
  try {
    // It came out of JSON.parse, so JSON it is.
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", `${from} is not JSON: ${(cause as Error).message}`, {
      cause,
      fix: `Quote it for your shell, like --data '{"name":"Ada"}', or put it into a file: --data @input.json.`,
    });
  }
}

async function readText(data: string, terminal: Terminal): Promise<[from: string, text: string]> {
  if (data === "-") return ["stdin", await terminal.readInput()];
  if (!data.startsWith("@")) return ["--data", data];
  const file = data.slice(1);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new FlowwError("INPUT_INVALID", `${file} cannot be read: ${cause.code}.`, {
      cause,
      fix: "Check the name after @; it is looked up from the current folder.",
    });
  });
  return [file, text];
}
