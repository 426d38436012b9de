import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Bundle } from "../host/index.ts";

const FOLDER = fileURLToPath(new URL("./workflows", import.meta.url));
const built = new Map<string, Promise<Bundle>>();

/** Bundles a workflow of this suite as the command line bundles its author's. */
export function buildWorkflow(name: string): Promise<Bundle> {
  const bundle = built.get(name) ?? bundleWorkflow(name);
  built.set(name, bundle);
  return bundle;
}

/** The line of a workflow that carries `// <mark>`. */
export async function lineOf(name: string, mark: string): Promise<number> {
  const text = await readFile(join(FOLDER, `${name}.ts`), "utf8");
  const line = text.split("\n").findIndex((line) => line.endsWith(`// ${mark}`)) + 1;
  if (line === 0) throw new TypeError(`${name}.ts has no line that is marked "${mark}".`);
  return line;
}

async function bundleWorkflow(name: string): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: FOLDER,
    entryPoints: [`${name}.ts`],
    outfile: "main.mjs",
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node24",
    sourcemap: "linked",
    keepNames: true,
    logLevel: "silent",
    plugins: [secondSdk],
  });
  const file = (ending: string) =>
    Buffer.from(outputFiles.find(({ path }) => path.endsWith(ending))!.contents);
  return { code: file("main.mjs"), map: file("main.mjs.map") };
}

/** Puts a copy of the SDK of its own behind `second-sdk.ts`, as a dependency with an SDK of its own brings one along. */
const secondSdk: Plugin = {
  name: "second-sdk",
  setup({ onLoad }) {
    onLoad({ filter: /second-sdk\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        platform: "node",
        format: "esm",
        logLevel: "silent",
      });
      return { contents: outputFiles[0]!.text, loader: "js", resolveDir: dirname(path) };
    });
  },
};
