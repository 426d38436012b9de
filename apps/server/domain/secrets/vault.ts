import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { KeyRing } from "../../platform/keys/key-ring.ts";

/** Which record a ciphertext belongs to. It opens as that record's and no other's. */
export interface RecordName {
  kind: "secret" | "variable" | "provider" | "registration";
  namespaceId: string;
  recordId: string;
  version: number;
}

export interface SealedRecord {
  /** Names the master key, tells nothing about it. */
  keyId: string;
  /** Nonce, ciphertext, tag. */
  sealed: Buffer;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 8;

/** Encrypts records with AES-256-GCM, each bound to its name: what is moved or changed does not open. */
export class Vault {
  readonly #key: Buffer;
  readonly keyId: string;

  constructor(keys: KeyRing) {
    this.#key = keys.deriveKey("secrets");
    this.keyId = keys.deriveKey("secrets key id").subarray(0, KEY_ID_BYTES).toString("hex");
  }

  seal(name: RecordName, plaintext: Uint8Array): SealedRecord {
    // Random, and never more than a few million records under one key: far below what GCM allows.
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(name));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return { keyId: this.keyId, sealed: Buffer.concat([nonce, ciphertext, cipher.getAuthTag()]) };
  }

  /** @throws FlowwError SECRET_UNREADABLE */
  open(name: RecordName, { keyId, sealed }: SealedRecord): Buffer {
    if (keyId !== this.keyId)
      throw new FlowwError("SECRET_UNREADABLE", "The value was encrypted with another master key.");
    if (sealed.byteLength < NONCE_BYTES + TAG_BYTES) throw new FlowwError("SECRET_UNREADABLE");
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(name));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new FlowwError("SECRET_UNREADABLE", undefined, { cause });
    }
  }
}

/** As JSON, so that no two names give the same bytes. */
function additionalData({ kind, namespaceId, recordId, version }: RecordName): Buffer {
  return Buffer.from(JSON.stringify([kind, namespaceId, recordId, version]));
}
