import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
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
import { buildDockerfile, type DockerfileOptions } from "./build-dockerfile.ts";
import type { Project } from "./read-project.ts";

export interface RuntimeImageOptions extends Omit<DockerfileOptions, "to"> {
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
  options: RuntimeImageOptions,
): Promise<Pushed> {
  const { to, cache, onProgress, signal } = options;
  const { external = [], architecture = "x64", dockerfile } = build;
  const names = [...external, ...externals];
  // What a Dockerfile makes has what the code needs: its author saw to that.
  const isWhole = names.length === 0 || dockerfile !== undefined;
  const closure = isWhole ? undefined : closureOf(await readLockFile(folder), names);
  const baseName =
    dockerfile === undefined ? (build.base ?? BASE) : await ownBase({ folder, build }, options);
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

/** Beside the runtimes of the namespace, where its own Dockerfiles' images lie. */
async function ownBase(
  project: Pick<Project, "folder" | "build">,
  { to, ...options }: RuntimeImageOptions,
): Promise<string> {
  const at = { registry: to.registry, repository: `${to.repository}/dockerfiles` };
  const tag = await buildDockerfile(project, { ...options, to: at });
  return `${at.registry.host}/${at.repository}:${tag}`;
}
