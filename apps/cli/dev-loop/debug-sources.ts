import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RunEnd } from "@floww/executor/host";
import type { BuiltBundle } from "../project/build-bundle.ts";

/** The bundle with a source map that leads to the author's own files: what is opened and given breakpoints in an editor. */
export function withFileSources(bundle: BuiltBundle, folder: string): BuiltBundle {
  // esbuild has just written it.
  const map = JSON.parse(bundle.map.toString("utf8")) as { sources: string[] };
  const sources = map.sources.map((path) => pathToFileURL(join(folder, path)).href);
  return { ...bundle, map: Buffer.from(JSON.stringify({ ...map, sources })) };
}

/** An end whose error names files from the project again: what is recorded tells nothing of this machine. */
export function withProjectPaths(end: RunEnd, folder: string): RunEnd {
  if (!("error" in end)) return end;
  const { message, stack, source } = end.error;
  const relative = (text: string) =>
    text.replaceAll(`${pathToFileURL(folder).href}/`, "").replaceAll(join(folder, "/"), "");
  return {
    ...end,
    error: {
      ...end.error,
      message: relative(message),
      ...(stack === undefined ? {} : { stack: relative(stack) }),
      ...(source === undefined ? {} : { source: { ...source, file: relative(source.file) } }),
    },
  };
}
