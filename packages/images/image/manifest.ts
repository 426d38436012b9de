import { z } from "zod";
import { isDigest } from "../registry/reference.ts";

export const MEDIA_TYPES = {
  index: "application/vnd.oci.image.index.v1+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
} as const;

const LAYERS_MAX = 127;
const PLATFORMS_MAX = 100;

const descriptor = z.object({
  mediaType: z.string().max(200),
  digest: z.string().refine(isDigest, "not a SHA-256 digest"),
  size: z.int().nonnegative(),
});
export type Descriptor = z.infer<typeof descriptor>;

export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor).max(LAYERS_MAX),
});

export const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z
    .array(
      descriptor.extend({
        platform: z.object({ os: z.string(), architecture: z.string() }).optional(),
      }),
    )
    .max(PLATFORMS_MAX),
});

/** What of a base's configuration lives on in the image on top of it. */
export const configSchema = z.object({
  architecture: z.string(),
  os: z.string(),
  config: z
    .looseObject({ Env: z.array(z.string()).nullish(), Labels: z.record(z.string(), z.string()).nullish() })
    .nullish(),
  rootfs: z.object({ type: z.literal("layers"), diff_ids: z.array(z.string().refine(isDigest)) }),
});
export type ImageConfig = z.infer<typeof configSchema>;
