import { createHmac, timingSafeEqual } from "node:crypto";
import type { KeyRing } from "../../platform/keys/key-ring.ts";
import { uuidFromBytes, uuidToBytes } from "../../platform/uuid-bytes.ts";
import type { HostedRun } from "./host-operations.ts";

/**
 * What a run that no pipe leads to proves itself with: good for one start of one execution, at the routes of runs and
 * nowhere else. It names no time: what it opens is over when the database says that the run is.
 */
export interface RunTokens {
  create(run: HostedRun): string;
  /** Undefined for a token that is not one of ours. */
  read(token: string): HostedRun | undefined;
}

const PREFIX = "floww_run_";
const UUIDS = ["id", "owner", "namespaceId", "workflowId", "deploymentId"] as const;
const UUID_BYTES = 16;
const EPOCH_AT = UUIDS.length * UUID_BYTES;
const RUN_BYTES = EPOCH_AT + 4;
const SIGNATURE_BYTES = 32;

export function createRunTokens(keys: KeyRing): RunTokens {
  const key = keys.deriveKey("run-tokens");
  const sign = (run: Buffer) => createHmac("sha256", key).update(run).digest();
  return {
    create: (run) => {
      const bytes = Buffer.alloc(RUN_BYTES);
      for (const [index, name] of UUIDS.entries()) uuidToBytes(run[name]).copy(bytes, index * UUID_BYTES);
      bytes.writeUInt32BE(run.epoch, EPOCH_AT);
      return PREFIX + Buffer.concat([bytes, sign(bytes)]).toString("base64url");
    },
    read: (token) => {
      if (!token.startsWith(PREFIX)) return undefined;
      const bytes = Buffer.from(token.slice(PREFIX.length), "base64url");
      if (bytes.byteLength !== RUN_BYTES + SIGNATURE_BYTES) return undefined;
      const run = bytes.subarray(0, RUN_BYTES);
      if (!timingSafeEqual(sign(run), bytes.subarray(RUN_BYTES))) return undefined;
      const [id, owner, namespaceId, workflowId, deploymentId] = UUIDS.map((_, index) =>
        uuidFromBytes(run, index * UUID_BYTES),
      );
      return {
        id: id!,
        owner: owner!,
        namespaceId: namespaceId!,
        workflowId: workflowId!,
        deploymentId: deploymentId!,
        epoch: run.readUInt32BE(EPOCH_AT),
      };
    },
  };
}
