import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { isSourcePath } from "@floww/contract/source-path";
import { z } from "zod";

/** The two lists of a source map that hold what was bundled, and that user code's author wrote as they liked. */
const sourceMap = z.object({
  sources: z.array(z.string()),
  sourcesContent: z.array(z.string().nullable()),
});

export interface BundleSource {
  entrypoint: string;
  files: { path: string; text: string }[];
  leftOut: string[];
  packages: string[];
}

const LEFT_OUT_SHOWN = 50;
const LEFT_OUT_CHARACTERS_MAX = 200;
const INSTALLED = /(?:^|\/)node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//g;

/** The author's own files out of a bundle's source map. @throws FlowwError SOURCE_UNREADABLE */
export function readSource(map: Buffer): BundleSource {
  const { sources, sourcesContent } = parseMap(map);
  const files = new Map<string, string>();
  const leftOut = new Set<string>();
  const bundled = new Set<string>();
  for (const [index, path] of sources.entries()) {
    const installed = packageOf(path);
    const text = sourcesContent[index];
    if (installed !== undefined) bundled.add(installed);
    else if (typeof text === "string" && isSourcePath(path)) files.set(path, text);
    else leftOut.add(path.slice(0, LEFT_OUT_CHARACTERS_MAX));
  }
  if (files.size === 0) throw unreadable("It holds no file of the author's own.");
  if (files.size > limits.sourceFilesMax)
    throw unreadable(`It holds ${files.size} files; ${limits.sourceFilesMax} are the most.`);
  const texts = [...files.values()];
  return {
    // A bundler writes what is imported before what imports it.
    entrypoint: files.has("main.ts") ? "main.ts" : [...files.keys()].at(-1)!,
    files: [...files].map(([path, text]) => ({ path, text })),
    leftOut: [...leftOut].slice(0, LEFT_OUT_SHOWN),
    packages: [...bundled].filter((name) => texts.some((text) => isNamedIn(text, name))).toSorted(),
  };
}

function parseMap(map: Buffer): z.infer<typeof sourceMap> {
  try {
    return sourceMap.parse(JSON.parse(map.toString("utf8")));
  } catch {
    throw unreadable("Its source map holds no sources.");
  }
}

/** The innermost one: where the file really comes from. */
function packageOf(path: string): string | undefined {
  return [...path.matchAll(INSTALLED)].at(-1)?.[1];
}

/** Most that is bundled was asked for by another package, and not by the author. */
function isNamedIn(text: string, name: string): boolean {
  return [`"${name}"`, `'${name}'`, `"${name}/`, `'${name}/`].some((quoted) => text.includes(quoted));
}

function unreadable(why: string): FlowwError {
  return new FlowwError("SOURCE_UNREADABLE", `The source of this version cannot be read. ${why}`);
}
