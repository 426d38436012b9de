/** Big values outside the database, by namespace and SHA-256. Disk here, S3 in production. */
export interface ArtifactStore {
  /** Durable when it resolves; equal bytes of one namespace are kept once. Resolves with the hash. */
  put(namespaceId: string, bytes: Uint8Array): Promise<string>;
  /** @throws FlowwError NOT_FOUND */
  get(namespaceId: string, hash: string): Promise<Buffer>;
  has(namespaceId: string, hash: string): Promise<boolean>;
}
