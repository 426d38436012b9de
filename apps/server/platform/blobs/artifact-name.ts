import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";

const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f-]{36}$/;

/** Both parts of a path come from outside: what does not look exactly so never becomes one. @throws FlowwError NOT_FOUND */
export function requireArtifactName(namespaceId: string, hash: string): void {
  if (!HASH.test(hash) || !UUID.test(namespaceId))
    throw new FlowwError("NOT_FOUND", "That is no artifact's name.");
}

/** @throws FlowwError ARTIFACT_DAMAGED */
export function refuseDamaged(bytes: Uint8Array, hash: string): void {
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found === hash) return;
  throw new FlowwError("ARTIFACT_DAMAGED", `The artifact ${hash} has become other bytes (SHA-256 ${found}).`);
}
