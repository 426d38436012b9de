import type { Layer } from "../layers/write-layer.ts";
import type { Blob } from "../registry/blobs.ts";
import { MEDIA_TYPES } from "./manifest.ts";
import { type BaseImage, digestOf } from "./read-base.ts";

/** Where the executor lies in every image of ours. */
export const EXECUTOR_PATH = "floww/executor.cjs";

export interface BuiltLayer extends Layer {
  /** The compressed layer. */
  file: string;
  /** Said in the history. */
  from: string;
}

export interface Image {
  digest: string;
  manifest: Buffer;
  config: Blob;
  /** On top of the base's. */
  layers: Blob[];
  base: BaseImage;
}

/** No clock in an image: the same parts are the same image. */
const CREATED = "1970-01-01T00:00:00Z";

/** An image on top of a base: its layers, ours, and a command that starts the executor. */
export function buildImage({ base, layers }: { base: BaseImage; layers: readonly BuiltLayer[] }): Image {
  const { config: inherited, rootfs, architecture, os } = base.config;
  const config = Buffer.from(
    JSON.stringify({
      created: CREATED,
      architecture,
      os,
      config: { ...inherited, Entrypoint: ["node", `/${EXECUTOR_PATH}`], Cmd: null },
      rootfs: { type: "layers", diff_ids: [...rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
      history: [
        ...rootfs.diff_ids.map(() => ({ created: CREATED, created_by: base.name })),
        ...layers.map(({ from }) => ({ created: CREATED, created_by: from })),
      ],
    }),
  );
  const configAt = { mediaType: MEDIA_TYPES.config, digest: digestOf(config), size: config.byteLength };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.manifest,
      config: configAt,
      layers: [
        ...base.layers.map((layer) => ({ ...layer, mediaType: ociMediaType(layer.mediaType) })),
        ...layers.map(({ digest, bytes }) => ({ mediaType: MEDIA_TYPES.layer, digest, size: bytes })),
      ],
      annotations: {
        "org.opencontainers.image.base.digest": base.digest,
        "org.opencontainers.image.base.name": base.name,
        "org.opencontainers.image.title": "floww-runtime",
        "org.opencontainers.image.vendor": "Floww",
      },
    }),
  );
  return {
    digest: digestOf(manifest),
    manifest,
    config: { digest: configAt.digest, bytes: configAt.size, from: { content: config } },
    layers: layers.map(({ digest, bytes, file }) => ({ digest, bytes, from: { file } })),
    base,
  };
}

/** An OCI manifest names its layers in OCI's words. */
function ociMediaType(mediaType: string): string {
  return mediaType === "application/vnd.docker.image.rootfs.diff.tar.gzip" ? MEDIA_TYPES.layer : mediaType;
}
