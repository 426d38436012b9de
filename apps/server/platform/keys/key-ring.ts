import { hkdfSync } from "node:crypto";

/** Keys for one purpose each, so that what leaks in one place opens nothing elsewhere. */
export interface KeyRing {
  /** 32 bytes; the same purpose always gives the same key. */
  deriveKey(purpose: string): Buffer;
}

export const KEY_BYTES = 32;

export function createKeyRing(material: Uint8Array): KeyRing {
  return {
    deriveKey: (purpose) => Buffer.from(hkdfSync("sha256", material, "", `floww:${purpose}`, KEY_BYTES)),
  };
}
