import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { insertBundle } from "./store.ts";

export interface UploadedBundle {
  namespaceId: string;
  hash: string;
  codeBytes: number;
  bytes: Buffer;
}

/** @throws FlowwError BUNDLE_TOO_LARGE, BUNDLE_INVALID */
export async function putBundle(
  { database, artifacts }: { database: Queryable; artifacts: ArtifactStore },
  { namespaceId, hash, codeBytes, bytes }: UploadedBundle,
): Promise<void> {
  if (bytes.byteLength > limits.bundleBytesMax) {
    throw new FlowwError(
      "BUNDLE_TOO_LARGE",
      `The bundle has ${bytes.byteLength} bytes; ${limits.bundleBytesMax} is the most.`,
    );
  }
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== hash || codeBytes > bytes.byteLength) {
    throw new FlowwError("BUNDLE_INVALID", `The bundle was announced as ${hash} and has the hash ${actual}.`);
  }
  await artifacts.put(namespaceId, bytes);
  await insertBundle(database, namespaceId, { hash, codeBytes, mapBytes: bytes.byteLength - codeBytes });
}
