import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { ContentStore } from "../platform/blobs/content-store.ts";
import { DiskContent } from "../platform/blobs/disk-content.ts";

/** Where the registry's bytes lie. */
export async function openContent(
  { home, registry }: Config,
  opened: AsyncDisposableStack,
): Promise<ContentStore> {
  const folder = join(home, "registry");
  if (registry.kind === "disk") return new DiskContent(folder);
  // AWS's client takes its time to load, and most servers have no need of it.
  const { openEcrContent } = await import("../platform/clients/aws/open-ecr-content.ts");
  return openEcrContent({ ...registry, folder }, opened);
}
