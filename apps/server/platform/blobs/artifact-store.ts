/** Big values outside the database, by namespace and SHA-256. Disk here, S3 in production. */
export interface ArtifactStore {
  /** Durable when it resolves; equal bytes of one namespace are kept once. Resolves with the hash. */
  put(namespaceId: string, bytes: Uint8Array): Promise<string>;
  /** @throws FlowwError NOT_FOUND */
  get(namespaceId: string, hash: string): Promise<Buffer>;
  has(namespaceId: string, hash: string): Promise<boolean>;
  /** 0 for one that is not there. */
  sizeOf(namespaceId: string, hash: string): Promise<number>;
  /**
   * Removes one that nobody wants and that was not put for so long. `isWanted` is asked when it is out of sight already:
   * whoever puts the same bytes at that moment writes them anew. False while it is too young to be judged.
   */
  collect(
    namespaceId: string,
    hash: string,
    options: { olderThanMs: number; isWanted(): Promise<boolean> },
  ): Promise<boolean>;
}
