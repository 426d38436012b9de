import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Digest } from "../../platform/blobs/digest.ts";
import type { RepositoryName } from "./names.ts";
import type { Registry } from "./registry.ts";
import {
  ensureRepository,
  findUsage,
  hasBlobInNamespace,
  insertBlob,
  linkBlob,
  lockSpace,
  refuseOverfull,
} from "./store.ts";
import { advanceUpload, deleteUpload, getUpload, insertUpload, type Upload } from "./upload-store.ts";

export interface UploadPiece {
  source: AsyncIterable<Uint8Array>;
  /** Where the client says that it begins and ends; undefined for one that just goes on. */
  range?: { start: number; end: number };
}

/** @throws FlowwError REGISTRY_LIMIT */
export async function beginUpload({ database, content }: Registry, name: RepositoryName): Promise<Upload> {
  const storeKey = await content.begin(name);
  try {
    return await database.transaction(async (transaction) => {
      await lockSpace(transaction, name.namespaceId);
      const repositoryId = await ensureRepository(transaction, name);
      return insertUpload(transaction, { namespaceId: name.namespaceId, repositoryId, storeKey });
    });
  } catch (error) {
    await content.abandon(name, storeKey);
    throw error;
  }
}

/**
 * Takes the next piece; resolves with the number of bytes that the upload has now. What came before a connection broke
 * is kept, and the client may go on after it. What is refused ends the upload.
 *
 * @throws FlowwError REGISTRY_UPLOAD_UNKNOWN, REGISTRY_UPLOAD_BUSY, REGISTRY_RANGE_INVALID, REGISTRY_FULL,
 *   REGISTRY_TOO_LARGE, REGISTRY_DISK_FULL
 */
export async function appendToUpload(
  registry: Registry,
  name: RepositoryName,
  { uploadId, ...piece }: { uploadId: string } & UploadPiece,
): Promise<number> {
  using _held = registry.uploads.hold(uploadId);
  const upload = await getUpload(registry.database, name, uploadId);
  // Awaited here: it is held until the last byte is.
  return await append(registry, name, upload, piece);
}

async function append(
  registry: Registry,
  name: RepositoryName,
  upload: Upload,
  { source, range }: UploadPiece,
): Promise<number> {
  const { database, content } = registry;
  if (range !== undefined && range.start !== upload.bytes)
    throw new FlowwError(
      "REGISTRY_RANGE_INVALID",
      `The upload has ${upload.bytes} bytes, and the piece begins at ${range.start}.`,
    );
  let keptTo = upload.bytes;
  const onKept = (offset: number) => {
    keptTo = offset;
  };
  using meter = await openMeter(registry, name.namespaceId, {
    uploadedBytes: upload.bytes,
    pieceBytesMax: range === undefined ? undefined : range.end - range.start + 1,
  });
  try {
    await content.append(
      name,
      upload.storeKey,
      { offset: upload.bytes, source: meter.count(source) },
      onKept,
    );
  } catch (error) {
    if (isFinal(error)) await abandon(registry, name, upload);
    else await advanceUpload(database, { id: upload.id, from: upload.bytes, to: keptTo });
    throw error;
  }
  const isOurs = await advanceUpload(database, { id: upload.id, from: upload.bytes, to: keptTo });
  if (!isOurs) throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN");
  return keptTo;
}

/** What was refused stays refused; what broke, here or elsewhere, can be gone on with. */
function isFinal(error: unknown): boolean {
  return error instanceof FlowwError && error.fault !== "outside";
}

async function abandon({ database, content }: Registry, name: RepositoryName, upload: Upload): Promise<void> {
  await deleteUpload(database, upload.id);
  await content.abandon(name, upload.storeKey);
}

interface Meter extends Disposable {
  count(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Stops a piece at the first byte too many, with what other requests bring at the same time taken into account. */
async function openMeter(
  { database, uploads }: Registry,
  namespaceId: string,
  { uploadedBytes, pieceBytesMax }: { uploadedBytes: number; pieceBytesMax: number | undefined },
): Promise<Meter> {
  const { bytesMax, keptBytes, uploadBytes } = await findUsage(database, namespaceId);
  let counted = 0;
  return {
    async *count(source) {
      for await (const chunk of source) {
        counted += chunk.byteLength;
        uploads.add(namespaceId, chunk.byteLength);
        if (pieceBytesMax !== undefined && counted > pieceBytesMax)
          throw new FlowwError("REGISTRY_UPLOAD_INVALID", "The piece is longer than its Content-Range says.");
        if (uploadedBytes + counted > limits.registryBlobBytesMax)
          throw new FlowwError(
            "REGISTRY_TOO_LARGE",
            `A blob has at most ${limits.registryBlobBytesMax} bytes.`,
          );
        refuseOverfull(keptBytes + uploadBytes + uploads.bytesOf(namespaceId), bytesMax);
        yield chunk;
      }
    },
    [Symbol.dispose]: () => uploads.add(namespaceId, -counted),
  };
}

export interface FinishedUpload {
  uploadId: string;
  digest: Digest;
  /** The last piece, when it comes with the end. */
  piece?: UploadPiece;
  /** Asked when all bytes are here, before they count: an upload takes its time, and a right can end meanwhile. */
  confirm(): Promise<void>;
}

/** Makes the upload a blob of the repository. @throws FlowwError as appendToUpload, and REGISTRY_DIGEST_INVALID */
export async function finishUpload(
  registry: Registry,
  name: RepositoryName,
  { uploadId, digest, piece, confirm }: FinishedUpload,
): Promise<void> {
  using _held = registry.uploads.hold(uploadId);
  const upload = await getUpload(registry.database, name, uploadId);
  const bytes = piece === undefined ? upload.bytes : await append(registry, name, upload, piece);
  try {
    await registry.content.seal(name, upload.storeKey, { digest, bytes });
    await confirm();
    await recordBlob(registry, name, { upload, digest, bytes });
  } catch (error) {
    if (isFinal(error)) await abandon(registry, name, upload);
    throw error;
  }
}

/** The commit that makes it count. */
function recordBlob(
  { database, content }: Registry,
  name: RepositoryName,
  { upload, digest, bytes }: { upload: Upload; digest: Digest; bytes: number },
): Promise<void> {
  const { namespaceId } = name;
  return database.transaction(async (transaction) => {
    const bytesMax = await lockSpace(transaction, namespaceId);
    if (!(await deleteUpload(transaction, upload.id))) throw new FlowwError("REGISTRY_UPLOAD_UNKNOWN");
    if (!(await hasBlobInNamespace(transaction, namespaceId, digest.text))) {
      const { keptBytes } = await findUsage(transaction, namespaceId);
      refuseOverfull(keptBytes + bytes, bytesMax);
    }
    await content.complete(name, upload.storeKey, digest);
    await insertBlob(transaction, { namespaceId, digest: digest.text, bytes });
    await linkBlob(transaction, { namespaceId, repositoryId: upload.repositoryId, digest: digest.text });
  });
}

/** POST with all bytes: what fails leaves no upload behind. */
export async function pushBlob(
  registry: Registry,
  name: RepositoryName,
  blob: Pick<FinishedUpload, "digest" | "confirm"> & { piece: UploadPiece },
): Promise<void> {
  const upload = await beginUpload(registry, name);
  try {
    await finishUpload(registry, name, { uploadId: upload.id, ...blob });
  } catch (error) {
    await abandon(registry, name, upload);
    throw error;
  }
}

export async function cancelUpload(
  registry: Registry,
  name: RepositoryName,
  uploadId: string,
): Promise<void> {
  using _held = registry.uploads.hold(uploadId);
  await abandon(registry, name, await getUpload(registry.database, name, uploadId));
}
