import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { ArtifactStore } from "../platform/blobs/artifact-store.ts";
import { DiskArtifacts } from "../platform/blobs/disk-artifacts.ts";

/** Where bundles and big values lie. */
export async function openArtifacts(
  { home, artifacts }: Config,
  opened: AsyncDisposableStack,
): Promise<ArtifactStore> {
  if (artifacts.kind === "disk") return new DiskArtifacts(join(home, "artifacts"));
  // AWS's client takes its time to load, and most servers have no need of it.
  const { openS3Artifacts } = await import("../platform/clients/aws/open-s3-artifacts.ts");
  return openS3Artifacts(artifacts, opened);
}
