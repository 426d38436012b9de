import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { BuiltLayer } from "../image/build-image.ts";
import type { Architecture } from "../image/read-base.ts";
import { listTree } from "../layers/list-tree.ts";
import { writeLayer } from "../layers/write-layer.ts";
import { isDigest } from "../registry/reference.ts";
import type { Closure } from "./find-closure.ts";
import { installClosure } from "./install-closure.ts";

export interface DependencyLayerOptions {
  closure: Closure;
  architecture: Architecture;
  /** Where layers are kept between builds. */
  cache: string;
  signal?: AbortSignal;
}

/** Of Node 24: addons that are built for one ABI are for this. */
const NODE_ABI = "137";
/** Goes up when the same files are to become another layer. */
const FORMAT = 1;

const kept = z.object({
  diffId: z.string().refine(isDigest),
  digest: z.string().refine(isDigest),
  bytes: z.int(),
});

/**
 * The layer of a closure, at /node_modules, where Node finds it from any bundle. One that was made before is not made
 * again: neither npm nor tar runs. @throws FlowwError DEPENDENCIES_FAILED, DEPENDENCY_NEEDS_DOCKERFILE, LAYER_INVALID
 */
export async function dependencyLayer(options: DependencyLayerOptions): Promise<BuiltLayer> {
  const { closure, architecture, cache } = options;
  const name = `${closure.hash}-linux-${architecture}-${NODE_ABI}-${FORMAT}`;
  const from = `npm ci: ${closure.roots.join(" ")}`;
  const place = join(cache, name);
  const known = await readKept(place);
  if (known !== undefined) return { ...known, from };
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(cache, "making-"));
  try {
    await installClosure(closure, { ...options, folder });
    const made = join(folder, "layer");
    await mkdir(made);
    const members = await listTree(join(folder, "node_modules"), { at: "node_modules", isLeftOut });
    const layer = await writeLayer(members, join(made, "layer.tar.gz"));
    await writeFile(join(made, "layer.json"), JSON.stringify(layer));
    // Whole or not at all; another build of the same may have been first, or left a broken one.
    await rm(place, { recursive: true, force: true });
    await rename(made, place);
    return { ...layer, file: join(place, "layer.tar.gz"), from };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What npm writes for itself, which differs between its versions and systems. */
function isLeftOut(path: string): boolean {
  return path === ".package-lock.json" || basename(path) === ".bin";
}

async function readKept(place: string) {
  const file = join(place, "layer.tar.gz");
  const [text, found] = await Promise.all([
    readFile(join(place, "layer.json"), "utf8").catch(() => undefined),
    stat(file).catch(() => undefined),
  ]);
  if (text === undefined || found === undefined) return undefined;
  try {
    const layer = kept.parse(JSON.parse(text));
    return layer.bytes === found.size ? { ...layer, file } : undefined;
  } catch {
    return undefined;
  }
}
