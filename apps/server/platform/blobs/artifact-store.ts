/**
 * Big values outside the database, by namespace and SHA-256. Disk here, S3 in production; both pass
 * `artifact-conformance.ts`. What cannot be reached is told as ARTIFACTS_UNAVAILABLE, and nothing was acknowledged.
 */
export interface ArtifactStore {
  /** Durable when it resolves; equal bytes of one namespace are kept once. Resolves with the hash. */
  put(namespaceId: string, bytes: Uint8Array): Promise<string>;
  /** The bytes of exactly this hash. @throws FlowwError NOT_FOUND, ARTIFACT_DAMAGED */
  get(namespaceId: string, hash: string): Promise<Buffer>;
  has(namespaceId: string, hash: string): Promise<boolean>;
  /** 0 for one that is not there. */
  sizeOf(namespaceId: string, hash: string): Promise<number>;
  /**
   * Removes one that nobody wants and that was not put for so long. `isWanted` is asked when it is out of sight already:
   * whoever puts the same bytes at that moment writes them anew. False while it is too young to be judged. Until it is
   * decided, and after a crash before that, `get` still reads it. `olderThanMs` must be longer than what lies between a
   * put and the commit of its row, by more than ten minutes: so long may a put of equal bytes leave them as they are.
   */
  collect(
    namespaceId: string,
    hash: string,
    options: { olderThanMs: number; isWanted(): Promise<boolean> },
  ): Promise<boolean>;
}
