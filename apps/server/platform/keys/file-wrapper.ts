import { FlowwError } from "@floww/contract/errors";
import { createKeyRing } from "./key-ring.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { seal, unseal } from "./seal.ts";

const CHECK_BYTES = 8;

/** Wraps with a key of `master.key`, the same file for every server of the database. */
export function createFileWrapper(master: Buffer): KeyWrapper {
  const ring = createKeyRing(master);
  const key = ring.deriveKey("wrapped keys");
  const check = ring.deriveKey("wrapped keys id").subarray(0, CHECK_BYTES).toString("hex");
  return {
    name: `file:${check}`,
    // The file itself: what was derived from it before there were keys in the database is what is derived now.
    createMaster: () => master,
    wrap: async (keyId, material) => seal(key, material, Buffer.from(keyId)),
    unwrap: async (keyId, wrapped) => {
      try {
        return unseal(key, wrapped, Buffer.from(keyId));
      } catch (cause) {
        throw new FlowwError("MASTER_KEY_WRONG", `The key ${keyId} does not open with this master.key.`, {
          cause,
        });
      }
    },
  };
}
