import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import {
  type BuiltLayer,
  buildImage,
  dependencyLayer,
  EXECUTOR_PATH,
  findClosure,
  type LayerMember,
  type Pushed,
  type PushProgress,
  parents,
  parseReference,
  pushImage,
  Registry,
  type Repository,
  readBase,
  readLockFile,
  writeLayer,
} from "@floww/images";
import { executorFile } from "../executor-file.ts";
import { isFile, type Project } from "./read-project.ts";

export interface RuntimeImageOptions {
  /** Where it goes. */
  to: Repository;
  /** Where layers are kept between builds. */
  cache: string;
  onProgress?: (progress: PushProgress) => void;
  signal?: AbortSignal;
}

const BASE = "public.ecr.aws/lambda/nodejs:24";

/**
 * Builds and pushes the image that a project needs. undefined: it needs none, and runs in the stock runtime.
 * @throws FlowwError LOCK_FILE_*, DEPENDENCY_NEEDS_DOCKERFILE, DEPENDENCIES_FAILED, IMAGE_INVALID, REGISTRY_*
 */
export async function buildRuntimeImage(
  { folder, build }: Pick<Project, "folder" | "build">,
  { to, cache, onProgress, signal }: RuntimeImageOptions,
): Promise<Pushed | undefined> {
  if (build.dockerfile !== undefined)
    throw new FlowwError("PROJECT_INVALID", "build.dockerfile: images of a Dockerfile are not built yet.", {
      fix: "Leave `dockerfile` out of `build` in floww.yaml.",
    });
  const { external = [], architecture = "x64", base: baseName = BASE } = build;
  // No lock file and nothing asked for: as good as no dependencies, which is what a first project has.
  const isLocked = external.length > 0 || (await isFile(join(folder, "package-lock.json")));
  const closure = isLocked ? findClosure(await readLockFile(folder), external) : undefined;
  if (closure === undefined && build.base === undefined) return undefined;
  const aborts = signal === undefined ? {} : { signal };
  const { registry, repository, reference } = parseReference(baseName);
  const from = { registry: new Registry({ host: registry, ...aborts }), repository };
  const base = await readBase({ from, reference, architecture });
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(cache, "image-"));
  try {
    const layers: BuiltLayer[] = [await executorLayer(join(scratch, "executor.tar.gz"))];
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

async function executorLayer(file: string): Promise<BuiltLayer> {
  const { size } = await stat(executorFile);
  const executor: LayerMember = {
    path: EXECUTOR_PATH,
    bytes: size,
    isExecutable: false,
    source: executorFile,
  };
  const layer = await writeLayer(
    [...parents(EXECUTOR_PATH.slice(0, EXECUTOR_PATH.lastIndexOf("/"))), executor],
    file,
  );
  return { ...layer, file, from: "floww executor" };
}
