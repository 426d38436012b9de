import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import {
  type BuiltLayer,
  buildImage,
  closureOf,
  dependencyLayer,
  executorLayer,
  type Pushed,
  type PushProgress,
  parseReference,
  pushImage,
  Registry,
  type Repository,
  readBase,
  readLockFile,
} from "@floww/images";
import { executorFile } from "../executor-file.ts";
import type { BuiltBundle } from "./build-bundle.ts";
import type { Project } from "./read-project.ts";

export interface RuntimeImageOptions {
  /** Where it goes. */
  to: Repository;
  /** Where layers are kept between builds. */
  cache: string;
  onProgress?: (progress: PushProgress) => void;
  signal?: AbortSignal;
}

const BASE = "public.ecr.aws/lambda/nodejs:24";

/** Whether a bundle needs more of its runtime than the stock one has. */
export function needsImage(
  { build }: Pick<Project, "build">,
  { externals }: Pick<BuiltBundle, "externals">,
): boolean {
  const { dockerfile, base, external = [] } = build;
  return dockerfile !== undefined || base !== undefined || externals.length > 0 || external.length > 0;
}

/**
 * Builds and pushes the image that a bundle runs in: the base, our executor, and what the bundle does not hold.
 * @throws FlowwError LOCK_FILE_*, DEPENDENCY_NEEDS_DOCKERFILE, DEPENDENCIES_FAILED, IMAGE_INVALID, REGISTRY_*
 */
export async function buildRuntimeImage(
  { folder, build }: Pick<Project, "folder" | "build">,
  { externals }: Pick<BuiltBundle, "externals">,
  { to, cache, onProgress, signal }: RuntimeImageOptions,
): Promise<Pushed> {
  if (build.dockerfile !== undefined)
    throw new FlowwError("PROJECT_INVALID", "build.dockerfile: images of a Dockerfile are not built yet.", {
      fix: "Leave `dockerfile` out of `build` in floww.yaml.",
    });
  const { external = [], architecture = "x64", base: baseName = BASE } = build;
  const names = [...external, ...externals];
  const closure = names.length === 0 ? undefined : closureOf(await readLockFile(folder), names);
  const aborts = signal === undefined ? {} : { signal };
  const { registry, repository, reference } = parseReference(baseName);
  // A base of the server's own registry is read with the same credentials.
  const isOurs = registry === to.registry.host;
  const from = { registry: isOurs ? to.registry : new Registry({ host: registry, ...aborts }), repository };
  const base = await readBase({ from, reference, architecture });
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(cache, "image-"));
  try {
    const layers: BuiltLayer[] = [await executorLayer(executorFile, join(scratch, "executor.tar.gz"))];
    if (closure !== undefined)
      layers.push(await dependencyLayer({ closure, architecture, cache, ...aborts }));
    const image = buildImage({ base, layers });
    return await pushImage(image, {
      to,
      baseFrom: from,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
