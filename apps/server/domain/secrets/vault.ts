import { FlowwError } from "@floww/contract/errors";
import type { KeyRing } from "../../platform/keys/key-ring.ts";
import { seal, unseal } from "../../platform/keys/seal.ts";

/** Which record a ciphertext belongs to. It opens as that record's and no other's. */
export interface RecordName {
  kind: "secret" | "variable" | "provider" | "registration";
  namespaceId: string;
  recordId: string;
  version: number;
}

export interface SealedRecord {
  /** Names the key, tells nothing about it. */
  keyId: string;
  /** Nonce, ciphertext, tag. */
  sealed: Buffer;
}

const KEY_ID_BYTES = 8;

/** Encrypts records with AES-256-GCM, each bound to its name: what is moved or changed does not open. */
export class Vault {
  readonly #keys = new Map<string, Buffer>();
  #writesWith: string;

  constructor(keys: KeyRing) {
    this.#writesWith = this.add(keys);
  }

  /** What new records are encrypted with. */
  get keyId(): string {
    return this.#writesWith;
  }

  /** Opens with this one as well, for as long as the process lives: a record that is being read may name it. Returns its id. */
  add(keys: KeyRing): string {
    const keyId = recordKeyId(keys);
    this.#keys.set(keyId, keys.deriveKey("secrets"));
    return keyId;
  }

  writeWith(keyId: string): void {
    if (!this.#keys.has(keyId)) throw new TypeError(`There is no key ${keyId} to write with.`);
    this.#writesWith = keyId;
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  seal(name: RecordName, plaintext: Uint8Array): SealedRecord {
    const keyId = this.#writesWith;
    return { keyId, sealed: seal(this.#keys.get(keyId)!, plaintext, additionalData(name)) };
  }

  /** @throws FlowwError SECRET_UNREADABLE */
  open(name: RecordName, { keyId, sealed }: SealedRecord): Buffer {
    const key = this.#keys.get(keyId);
    if (key === undefined)
      throw new FlowwError("SECRET_UNREADABLE", `The value was encrypted with another key, ${keyId}.`);
    try {
      return unseal(key, sealed, additionalData(name));
    } catch (cause) {
      throw new FlowwError("SECRET_UNREADABLE", undefined, { cause });
    }
  }
}

export function recordKeyId(keys: KeyRing): string {
  return keys.deriveKey("secrets key id").subarray(0, KEY_ID_BYTES).toString("hex");
}

/** As JSON, so that no two names give the same bytes. */
function additionalData({ kind, namespaceId, recordId, version }: RecordName): Buffer {
  return Buffer.from(JSON.stringify([kind, namespaceId, recordId, version]));
}
