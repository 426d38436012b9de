import { type BuildOptions, build } from "esbuild";

/** Packages written for CommonJS call require(), and an ES module has none. */
const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/** A program of ours and everything it imports, as one file for Node 24. */
export async function bundleProgram(
  root: string,
  { entry, outfile, external }: { entry: string; outfile: string; external: string[] },
): Promise<void> {
  await build({
    ...common(root),
    entryPoints: [entry],
    outfile,
    external,
    platform: "node",
    banner: { js: REQUIRE },
  });
}

/** What users import: it lands in their bundles, so what two entries share stays one module. */
export async function bundleLibrary(
  root: string,
  { entries, outdir, external }: { entries: Record<string, string>; outdir: string; external: string[] },
): Promise<void> {
  const entryPoints = Object.entries(entries).map(([out, path]) => ({ in: path, out }));
  const names = { entryNames: "[name]", chunkNames: "chunks/[name]-[hash]" };
  await build({
    ...common(root),
    ...names,
    entryPoints,
    outdir,
    // The one Node module that the SDK may use (floww/testing does).
    external: [...external, "node:async_hooks"],
    splitting: true,
    platform: "neutral",
  });
}

function common(root: string): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    target: "node24",
    keepNames: true,
    logLevel: "warning",
    // Where two packages ask for one of ours, both mean its source.
    mainFields: ["module", "main"],
  };
}
