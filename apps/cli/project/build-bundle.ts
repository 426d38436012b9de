import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { type BuildOptions, type BuildResult, context, type Message, type Metafile } from "esbuild";
import { letEsbuildKeepMore } from "../environment.ts";
import { externalPackages } from "./external-packages.ts";
import { reachedFiles } from "./reached-files.ts";
import type { Project } from "./read-project.ts";

export interface BuiltBundle {
  code: Buffer;
  map: Buffer;
  /** SHA-256 of code followed by map: the bundle's name everywhere. */
  hash: string;
  /** Every source file that went into it, absolute: what `floww dev` watches. */
  inputs: string[];
  /** Packages that it imports and does not hold. */
  externals: string[];
}

export type BundledProject = Pick<Project, "folder" | "entryFile" | "build">;

export interface Bundler {
  /** Bundles what the files say now; what did not change is not parsed again. @throws FlowwError BUILD_FAILED with the place */
  build(): Promise<BuiltBundle>;
  /** After a build that failed: the files whose change can mend it, absolute. */
  reached(): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BundlerOptions {
  /**
   * Whether the map holds the sources too, so that they can be read back from the server (`floww pull`); a laptop has them.
   * Default true.
   */
  withSources?: boolean;
}

/**
 * Bundles a workflow: one ESM file for Node 24 and its source map. The same sources give the same bytes; the map names
 * them from the project's folder, wherever in it the entry file lies.
 */
export async function openBundler(
  project: BundledProject,
  { withSources = true }: BundlerOptions = {},
): Promise<Bundler> {
  letEsbuildKeepMore();
  const root = resolve(project.folder);
  const packages = await externalPackages(project);
  const optionsWithout = (unread: readonly string[]) => ({
    ...bundleOptions(root, resolve(project.entryFile)),
    external: [...packages, ...unread].flatMap((name) => [name, `${name}/*`]),
    sourcesContent: withSources,
  });
  let unread = VENDOR_CLIENTS.filter((name) => !packages.includes(name));
  let esbuild = await context(optionsWithout(unread));
  return {
    build: async () => {
      for (;;) {
        const result = await esbuild.rebuild().catch((cause: { errors?: Message[] }) => {
          throw buildFailed(cause);
        });
        const used = externalsIn(result.metafile, unread);
        if (used.length === 0) return bundleOf(result, { root, packages });
        unread = unread.filter((name) => !used.includes(name));
        await esbuild.dispose();
        esbuild = await context(optionsWithout(unread));
      }
    },
    reached: () => reachedFiles(root, optionsWithout(unread)),
    [Symbol.asyncDispose]: () => esbuild.dispose(),
  };
}

/**
 * What the SDK's providers are made with. Its index names all of them, so esbuild would read and link half a megabyte for
 * every workflow, only to leave it out again where no provider is used: they are read once the code is seen to need them.
 */
export const VENDOR_CLIENTS: readonly string[] = ["@octokit/rest", "@slack/web-api"];

function bundleOf(
  { outputFiles, metafile }: BuildResult<ReturnType<typeof bundleOptions>>,
  { root, packages }: { root: string; packages: readonly string[] },
): BuiltBundle {
  const file = (ending: string) =>
    Buffer.from(outputFiles.find(({ path }) => path.endsWith(ending))!.contents);
  const [code, map] = [file("main.mjs"), file("main.mjs.map")];
  return {
    code,
    map,
    hash: createHash("sha256").update(code).update(map).digest("hex"),
    externals: externalsIn(metafile, packages),
    inputs: Object.keys(metafile.inputs).map((input) => resolve(root, input)),
  };
}

/** @throws FlowwError BUILD_FAILED with the place */
export async function buildBundle(project: BundledProject): Promise<BuiltBundle> {
  await using bundler = await openBundler(project);
  return await bundler.build();
}

/** Of those packages, the ones that the code names: `sharp` and `sharp/lib/x`, but not `sharper`. */
function externalsIn({ outputs }: Metafile, packages: readonly string[]): string[] {
  const named = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  return packages.filter((name) => named.some((path) => path === name || path.startsWith(`${name}/`)));
}

function bundleOptions(root: string, entry: string) {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: "main.mjs",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node24",
    sourcemap: "linked",
    keepNames: true,
    logLevel: "silent",
    // Packages written for CommonJS call require(); an ES module has none.
    banner: {
      js: 'import { createRequire as __flowwRequire } from "node:module"; const require = __flowwRequire(import.meta.url);',
    },
  } as const satisfies BuildOptions;
}

const ERRORS_SHOWN = 10;

function buildFailed(cause: { errors?: Message[] }): FlowwError {
  const errors = cause.errors ?? [];
  const lines = errors.slice(0, ERRORS_SHOWN).map(({ text, location }) => {
    return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
  });
  if (errors.length > ERRORS_SHOWN) lines.push(`and ${errors.length - ERRORS_SHOWN} more`);
  const place = errors[0]?.location;
  const details = place && { source: { file: place.file, line: place.line, column: place.column + 1 } };
  return new FlowwError("BUILD_FAILED", lines.join("\n") || undefined, { cause, details });
}
