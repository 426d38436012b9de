import { FlowwError } from "@floww/contract/errors";
import type { Bundle, PlacedRuntime, RuntimeTarget } from "@floww/executor/host";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { outlastOutage } from "../../platform/db/outlast-outage.ts";
import { readVariables } from "../secrets/variables.ts";
import type { Vault } from "../secrets/vault.ts";
import { findBundle } from "./store.ts";

export interface TargetOf {
  namespaceId: string;
  workflowId: string;
  deploymentId: string;
  bundleHash: string;
  /** Null: the server's own engine. */
  placed: PlacedRuntime | null;
}

/**
 * What a driver needs to run a deployment; the bytes are read when a process asks for them. A run that waits for them has
 * been accepted, so a database that is away for a moment is waited for.
 */
export function createRuntimeTarget(
  { database, artifacts, vault }: { database: Queryable; artifacts: ArtifactStore; vault: Vault },
  { bundleHash, placed, namespaceId, workflowId, deploymentId }: TargetOf,
): RuntimeTarget {
  const ids = { namespaceId, workflowId, deploymentId };
  return {
    ...ids,
    ...(placed === null ? {} : { runtime: placed }),
    bundle: async (): Promise<Bundle> => {
      const row = await outlastOutage(() => findBundle(database, ids.namespaceId, bundleHash));
      if (row === undefined)
        throw new FlowwError("BUNDLE_MISSING", `The bundle ${bundleHash} was never uploaded.`);
      const bytes = await artifacts.get(ids.namespaceId, bundleHash);
      return { code: bytes.subarray(0, row.codeBytes), map: bytes.subarray(row.codeBytes) };
    },
    env: () => outlastOutage(() => readVariables({ database, vault }, ids)),
  };
}
