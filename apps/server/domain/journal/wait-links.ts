import { createHmac, timingSafeEqual } from "node:crypto";
import type { WaitRequest } from "@floww/contract/host-calls";
import type { KeyRing } from "../../platform/keys/key-ring.ts";
import { uuidFromBytes, uuidToBytes } from "../../platform/uuid-bytes.ts";

export type LinkedKind = "approval" | "callback";

export interface WaitLinks {
  /** Where the wait can be settled; undefined for kinds that nobody settles by a link. */
  create(kind: WaitRequest["wait"]["kind"], waitId: string): string | undefined;
  /** The wait's id; undefined when the token is not one that we made for this kind. */
  read(kind: LinkedKind, token: string): string | undefined;
}

/** Signed addresses: whoever has one may answer the one wait that it was made for, and nothing else. */
export function createWaitLinks(keys: KeyRing, publicUrl: () => URL): WaitLinks {
  const key = keys.deriveKey("wait-links");
  const sign = (kind: LinkedKind, waitId: string) =>
    createHmac("sha256", key).update(`${kind}:${waitId}`).digest().subarray(0, SIGNATURE_BYTES);
  return {
    create: (kind, waitId) => {
      if (kind !== "approval" && kind !== "callback") return undefined;
      const token = Buffer.concat([uuidToBytes(waitId), sign(kind, waitId)]).toString("base64url");
      return new URL(`${PATHS[kind]}${token}`, publicUrl()).href;
    },
    read: (kind, token) => {
      const bytes = Buffer.from(token, "base64url");
      if (bytes.byteLength !== ID_BYTES + SIGNATURE_BYTES) return undefined;
      const waitId = uuidFromBytes(bytes);
      return timingSafeEqual(sign(kind, waitId), bytes.subarray(ID_BYTES)) ? waitId : undefined;
    },
  };
}

const PATHS: Record<LinkedKind, string> = { approval: "/approvals?token=", callback: "/callbacks/" };
const ID_BYTES = 16;
const SIGNATURE_BYTES = 20;
