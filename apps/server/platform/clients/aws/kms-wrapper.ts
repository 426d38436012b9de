import { randomBytes } from "node:crypto";
import { DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import { FlowwError } from "@floww/contract/errors";
import { KEY_BYTES } from "../../keys/key-ring.ts";
import type { KeyWrapper } from "../../keys/key-wrapper.ts";
import { describeOutage } from "./aws-outage.ts";

/** What KMS says of bytes that another key wrapped, or that were changed. */
const FOREIGN = new Set(["InvalidCiphertextException", "IncorrectKeyException"]);

/**
 * Wraps with a symmetric key that never leaves AWS KMS. KMS binds what it wraps to the key's id (encryption context), and
 * follows its own yearly rotation by itself.
 */
export function createKmsWrapper({ client, keyId }: { client: KMSClient; keyId: string }): KeyWrapper {
  const contextOf = (id: string) => ({ "floww:key": id });
  return {
    name: `kms:${keyId}`,
    createMaster: () => randomBytes(KEY_BYTES),
    wrap: async (id, material) => {
      const command = new EncryptCommand({
        KeyId: keyId,
        Plaintext: material,
        EncryptionContext: contextOf(id),
      });
      const { CiphertextBlob } = await client.send(command).catch((error: unknown) => explain(error, id));
      return Buffer.from(CiphertextBlob ?? []);
    },
    unwrap: async (id, wrapped) => {
      const command = new DecryptCommand({
        KeyId: keyId,
        CiphertextBlob: wrapped,
        EncryptionContext: contextOf(id),
      });
      const { Plaintext } = await client.send(command).catch((error: unknown) => explain(error, id));
      return Buffer.from(Plaintext ?? []);
    },
  };
}

function explain(error: unknown, id: string): never {
  const outage = describeOutage(error, "AWS KMS");
  if (outage !== undefined) throw new FlowwError("KEYS_UNAVAILABLE", outage, { cause: error });
  if (!(error instanceof Error) || (error as { $fault?: unknown }).$fault === undefined) throw error;
  if (FOREIGN.has(error.name))
    throw new FlowwError("MASTER_KEY_WRONG", `The key ${id} does not open with this key of AWS KMS.`, {
      cause: error,
    });
  throw new FlowwError("KEYS_REFUSED", `AWS KMS answered ${error.name}.`, { cause: error });
}
