import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Architecture,
  buildImage,
  executorLayer,
  type Pushed,
  type PushProgress,
  parseReference,
  pushImage,
  Registry,
  type Repository,
  readBase,
} from "@floww/images";

export interface StockImageOptions {
  /** What it is built on: `public.ecr.aws/lambda/nodejs:24`. */
  base: string;
  architecture: Architecture;
  executorFile: string;
  to: Repository;
  onProgress?: (progress: PushProgress) => void;
}

/**
 * The image of deployments that need no other: the base and this server's executor. It is named by its digest, so that what
 * was proven in an older one stays there. What is there already is not sent.
 *
 * @throws FlowwError IMAGE_INVALID, REGISTRY_*
 */
export async function pushStockImage({
  base: baseName,
  architecture,
  executorFile,
  to,
  onProgress,
}: StockImageOptions): Promise<Pushed> {
  const { registry: host, repository, reference } = parseReference(baseName);
  // A base of the same registry is read with the same credentials.
  const registry = host === to.registry.host ? to.registry : new Registry({ host });
  const baseFrom = { registry, repository };
  const base = await readBase({ from: baseFrom, reference, architecture });
  const scratch = await mkdtemp(join(tmpdir(), "floww-stock-"));
  try {
    const layer = await executorLayer(executorFile, join(scratch, "executor.tar.gz"));
    const image = buildImage({ base, layers: [layer] });
    return await pushImage(image, { to, baseFrom, ...(onProgress === undefined ? {} : { onProgress }) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
