import { FlowwError } from "@floww/contract/errors";
import { TAR_BLOCK_BYTES, tarHeader, tarPadding } from "../layers/tar-header.ts";
import { type Descriptor, manifestSchema } from "./manifest.ts";

export interface ArchivedImage {
  /** Of one platform, as the registry has it. */
  manifest: Buffer;
  /** What the engine is to call it: `name:tag`. */
  name: string;
  /** Opens a blob of the image by its digest. */
  blob(digest: string): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * An image as `docker load` and `podman load` take it, blob after blob, so that an engine gets one without a way to a
 * registry of its own: https://github.com/moby/docker-image-spec, "combined image JSON + filesystem changeset format".
 *
 * @throws FlowwError IMAGE_INVALID for a manifest that is none, and for a blob of another size than it says
 */
export async function* dockerArchive({ manifest, name, blob }: ArchivedImage): AsyncGenerator<Uint8Array> {
  const { config, layers } = readManifest(manifest);
  const fileOf = ({ digest }: Descriptor) => digest.slice(digest.indexOf(":") + 1);
  for (const part of distinct([config, ...layers])) {
    yield tarHeader({ path: fileOf(part), bytes: part.size, isExecutable: false });
    let bytes = 0;
    for await (const piece of await blob(part.digest)) {
      bytes += piece.byteLength;
      yield piece;
    }
    if (bytes !== part.size)
      throw new FlowwError(
        "IMAGE_INVALID",
        `${part.digest} has ${bytes} bytes; its image says ${part.size}.`,
      );
    yield Buffer.alloc(tarPadding(bytes));
  }
  const index = Buffer.from(
    JSON.stringify([{ Config: fileOf(config), RepoTags: [name], Layers: layers.map(fileOf) }]),
  );
  yield tarHeader({ path: "manifest.json", bytes: index.byteLength, isExecutable: false });
  yield index;
  yield Buffer.alloc(tarPadding(index.byteLength) + 2 * TAR_BLOCK_BYTES);
}

function readManifest(manifest: Buffer) {
  try {
    return manifestSchema.parse(JSON.parse(manifest.toString("utf8")));
  } catch (cause) {
    throw new FlowwError("IMAGE_INVALID", "It is not the manifest of an image of one platform.", { cause });
  }
}

function distinct(parts: readonly Descriptor[]): Descriptor[] {
  return [...new Map(parts.map((part) => [part.digest, part])).values()];
}
