import { dirname, join, resolve } from "node:path";
import { type BuildOptions, build, type Message } from "esbuild";

/** Of a file that an import can mean without naming it whole: esbuild's own, and those it takes for a `.js` and its kin. */
const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".css"];
const NOT_FOUND = /^Could not resolve "(\.{1,2}(?:\/.*)?)"/;

/**
 * The files that decide whether a build which failed works the next time: every one that it reached, and those that would
 * resolve the relative imports which it could not follow; absolute. esbuild says so of no build that failed, and to be told
 * while it builds costs a third of the time of every save: so it builds once more, listened to.
 */
export async function reachedFiles(root: string, options: BuildOptions): Promise<string[]> {
  const reached: string[] = [];
  const listener: NonNullable<BuildOptions["plugins"]>[number] = {
    name: "reached-files",
    setup: ({ onLoad }) => {
      onLoad({ filter: /.*/, namespace: "file" }, ({ path }) => {
        reached.push(path);
        return undefined;
      });
    },
  };
  const { errors } = await build({ ...options, logLimit: 0, plugins: [listener] }).catch(
    (cause: { errors?: Message[] }) => ({ errors: cause.errors ?? [] }),
  );
  return [...reached, ...errors.flatMap((error) => missingFiles(root, error))];
}

function missingFiles(root: string, { text, location }: Message): string[] {
  const named = NOT_FOUND.exec(text)?.[1];
  if (named === undefined || location === null) return [];
  const path = resolve(root, dirname(location.file), named);
  const stems = [path, path.replace(/\.[cm]?jsx?$/, ""), join(path, "index")];
  return [path, ...stems.flatMap((stem) => ENDINGS.map((ending) => stem + ending))];
}
