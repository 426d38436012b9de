/**
 * What protects the keys that stand in the database: a file of the home, or AWS KMS. Both pass `wrapper-conformance.ts`.
 * Asked when a server starts and when keys change, and never for a record.
 */
export interface KeyWrapper {
  /** Stands beside what it wrapped, `file:…` or `kms:…`: which outer key it is, and nothing about it. */
  readonly name: string;
  /** 32 bytes for a database that has no keys yet. */
  createMaster(): Buffer;
  /** Bound to the key's id: it unwraps as that key and no other. @throws FlowwError KEYS_UNAVAILABLE, KEYS_REFUSED */
  wrap(keyId: string, material: Buffer): Promise<Buffer>;
  /** @throws FlowwError MASTER_KEY_WRONG, KEYS_UNAVAILABLE, KEYS_REFUSED */
  unwrap(keyId: string, wrapped: Buffer): Promise<Buffer>;
}
