import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { ArtifactAddresses } from "../platform/blobs/artifact-addresses.ts";
import type { ArtifactStore } from "../platform/blobs/artifact-store.ts";
import { DiskArtifacts } from "../platform/blobs/disk-artifacts.ts";

export interface OpenedArtifacts {
  artifacts: ArtifactStore;
  /** How a runtime elsewhere reads one; undefined where only this server can. */
  addresses: ArtifactAddresses | undefined;
}

/** Where bundles and big values lie. */
export async function openArtifacts(
  { home, artifacts }: Config,
  opened: AsyncDisposableStack,
): Promise<OpenedArtifacts> {
  if (artifacts.kind === "disk")
    return { artifacts: new DiskArtifacts(join(home, "artifacts")), addresses: undefined };
  // AWS's client takes its time to load, and most servers have no need of it.
  const { openS3Artifacts } = await import("../platform/clients/aws/open-s3-artifacts.ts");
  const store = await openS3Artifacts(artifacts, opened);
  return { artifacts: store, addresses: store };
}
