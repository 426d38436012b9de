import { join } from "node:path";
import { bundleLibrary, bundleProgram } from "./bundle.ts";
import { emitTypes } from "./emit-types.ts";
import { outsideDependencies, pinned, readManifest } from "./workspace.ts";
import { writePackage } from "./write-package.ts";

/** Only types of it are used, and they stand in our declarations. */
const SCHEMA_TYPES = "@standard-schema/spec";

/** Of these only types are used outside of the vendors' own clients; their declarations name them. */
const VENDOR_TYPES = ["@octokit/openapi-webhooks-types", "@slack/types"];
const VENDOR_CLIENTS = ["@octokit/rest", "@slack/web-api"];

/** The package `floww`: what workflows import, the command line, and the executor that it enumerates with. */
export async function packFloww(root: string, staging: string): Promise<string> {
  const folder = join(staging, "floww");
  const paths = [".", "packages/floww", "packages/sdk", "packages/providers", "apps/cli"];
  const [workspace, facade, sdk, providers, cli] = await Promise.all(
    paths.map((path) => readManifest(join(root, path))),
  );
  const outside = {
    ...outsideDependencies(facade!),
    ...pinned(sdk!, SCHEMA_TYPES),
    ...pinned(providers!, ...VENDOR_CLIENTS, ...VENDOR_TYPES),
  };
  const entries = readEntries(facade!.exports ?? {});
  await bundleLibrary(root, {
    entries: Object.fromEntries([
      ...entries.map(({ name, source }) => [name, source]),
      ...readServices(providers!.exports ?? {}),
    ]),
    outdir: join(folder, "dist"),
    external: Object.keys(outside),
  });
  await emitTypes(root, {
    entries: entries.map(({ source }) => source),
    outdir: join(folder, "types"),
    allowed: Object.keys(outside),
  });
  // esbuild is a native program: it cannot be bundled.
  const esbuild = pinned(cli!, "esbuild");
  await bundleProgram(root, {
    entry: "apps/cli/main.ts",
    outfile: join(folder, "dist/main.mjs"),
    external: ["esbuild"],
  });
  const manifest = {
    name: "floww",
    version: facade!.version,
    description: "Workflow automation in TypeScript: the SDK and the command line.",
    license: facade!.license,
    type: "module",
    engines: { node: ">=20" },
    // What a workflow does not name is left out of its bundle; only this one is imported for its effect.
    sideEffects: ["./dist/testing.js"],
    bin: { floww: "bin/floww.mjs" },
    exports: {
      ...Object.fromEntries(
        entries.map(({ path, name, types }) => [path, { types, default: `./dist/${name}.js` }]),
      ),
      "./package.json": "./package.json",
    },
    dependencies: { ...esbuild, ...outside },
    optionalDependencies: workspace!.optionalDependencies,
  };
  return writePackage(root, { manifest, folder });
}

/** One entry a service, though nobody imports it by itself: each is then a file of its own, and stays out of other bundles. */
function readServices(exports: Record<string, string>): [name: string, source: string][] {
  return Object.entries(exports)
    .filter(([path]) => path !== "." && path !== "./server")
    .map(([path, file]) => [`services/${path.slice(2)}`, join("packages/providers", file)]);
}

interface Entry {
  /** As users write it after `floww`: `.`, `./testing`. */
  path: string;
  name: string;
  source: string;
  types: string;
}

function readEntries(exports: Record<string, string>): Entry[] {
  return Object.entries(exports).map(([path, file]) => {
    const source = join("packages/floww", file);
    const name = path === "." ? "index" : path.slice(2);
    return {
      path,
      name,
      source,
      types: `./types/${source.slice("packages/".length).replace(/\.ts$/, ".d.ts")}`,
    };
  });
}
