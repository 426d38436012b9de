import type { Readable } from "node:stream";
import type { Digest } from "./digest.ts";

/** Whose content it is. Equal bytes may be kept once within a namespace, and never across two. */
export interface ContentPlace {
  namespaceId: string;
  repository: string;
}

export interface ContentPiece {
  /** Where the last piece ended. */
  offset: number;
  source: AsyncIterable<Uint8Array>;
}

/**
 * Where a registry's bytes lie; what they mean, and who may see them, stands in the database. Disk here, a cloud's
 * registry in production. The caller sees to it that one upload is written by one request at a time.
 */
export interface ContentStore {
  /** A client's pieces should not be smaller, but for the last one; 0 where it does not matter. */
  readonly pieceBytesMin: number;
  /** Begins to receive a blob; resolves with the store's own name for what is received. */
  begin(place: ContentPlace): Promise<string>;
  /**
   * Takes the piece, and resolves with the offset behind the last byte that is kept. When the source fails, `onKept` has
   * heard how far it came. @throws FlowwError REGISTRY_DISK_FULL
   */
  append(
    place: ContentPlace,
    upload: string,
    piece: ContentPiece,
    onKept: (offset: number) => void,
  ): Promise<number>;
  /** Makes sure that what was received is whole, has this digest and outlives a crash. @throws FlowwError REGISTRY_DIGEST_INVALID */
  seal(place: ContentPlace, upload: string, blob: { digest: Digest; bytes: number }): Promise<void>;
  /** Makes what was sealed the blob of its digest: quick, for it is done within the transaction that records it. */
  complete(place: ContentPlace, upload: string, digest: Digest): Promise<void>;
  /** Forgets what was received; an upload that is not there (any more) is forgotten already. */
  abandon(place: ContentPlace, upload: string): Promise<void>;
  /** Bytes `start` to `end`, both included; all of them without. @throws FlowwError REGISTRY_BLOB_UNKNOWN */
  open(place: ContentPlace, digest: Digest, range?: { start: number; end: number }): Promise<Readable>;
  /** Makes a blob of one repository one of another's in the same namespace. False: it has to be pushed there. */
  link(from: ContentPlace, to: ContentPlace, digest: Digest): Promise<boolean>;
  /** Of a blob that no repository of the namespace has any more. */
  remove(namespaceId: string, digest: Digest): Promise<void>;
  /** Hands on a manifest and its tags, where the store's own clients look for them. */
  putManifest(place: ContentPlace, manifest: StoredManifest): Promise<void>;
  removeManifest(place: ContentPlace, digest: Digest): Promise<void>;
  removeTag(place: ContentPlace, tag: string): Promise<void>;
  /** What was received or kept, and not written for so long: a crash may have left it behind. */
  listOld(olderThanMs: number): AsyncIterable<FoundContent>;
}

export interface StoredManifest {
  digest: Digest;
  mediaType: string;
  content: Buffer;
  tags: readonly string[];
}

export type FoundContent = { namespaceId: string } & ({ upload: string } | { digest: Digest });
