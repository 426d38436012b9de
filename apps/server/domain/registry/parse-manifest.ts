import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { z } from "zod";
import { parseDigest } from "../../platform/blobs/digest.ts";
import { findRepeatedKey } from "./find-repeated-key.ts";

const OCI_IMAGE = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const IMAGES = new Set([OCI_IMAGE, DOCKER_IMAGE]);
const INDEXES = new Set([OCI_INDEX, DOCKER_LIST]);

/** Layers that stay where they are: a registry need not have them. */
const ELSEWHERE =
  /^application\/vnd\.(oci\.image\.layer\.nondistributable\.v1\.tar(\+\w+)?|docker\.image\.rootfs\.foreign\.diff\.tar\.gzip)$/;

/** Printable: it becomes text of the database, which does not take everything that JSON does. */
const typeName = z.string().regex(/^[\x20-\x7e]{0,255}$/, "is no media type");

const descriptor = z.looseObject({
  mediaType: typeName.min(1),
  digest: z.string().refine((text) => parseDigest(text) !== undefined, "is no digest"),
  size: z.number().int().nonnegative(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Descriptor = z.infer<typeof descriptor>;

const common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: typeName.optional(),
  subject: descriptor.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
};
/** What the other kind means by itself, or an older one did: of two readers each would see another image. */
const foreignToImages = { manifests: z.never().optional(), fsLayers: z.never().optional() };
const foreignToIndexes = {
  config: z.never().optional(),
  layers: z.never().optional(),
  fsLayers: z.never().optional(),
};
const image = z.looseObject({
  ...common,
  ...foreignToImages,
  config: descriptor,
  layers: z.array(descriptor).max(limits.registryManifestReferencesMax),
});
const index = z.looseObject({
  ...common,
  ...foreignToIndexes,
  manifests: z.array(descriptor).max(limits.registryManifestReferencesMax),
});

export interface NamedContent {
  digest: string;
  bytes: number;
}

export interface ParsedManifest {
  mediaType: string;
  /** That the repository must have. */
  blobs: NamedContent[];
  /** That it may have. */
  blobsElsewhere: NamedContent[];
  manifests: NamedContent[];
  /** In an index, and of a kind that we do not know: it must be one or the other. */
  either: NamedContent[];
  subject: string | undefined;
  artifactType: string | undefined;
  annotations: Record<string, string> | undefined;
}

/** `contentType`: what the client says that it is, with parameters. @throws FlowwError REGISTRY_MANIFEST_INVALID */
export function parseManifest(content: Buffer, contentType: string | undefined): ParsedManifest {
  const value = parseJson(content);
  const mediaType = readMediaType(value, contentType);
  return IMAGES.has(mediaType)
    ? fromImage(read(image, value), mediaType)
    : fromIndex(read(index, value), mediaType);
}

function parseJson(content: Buffer): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
    const repeated = findRepeatedKey(text);
    if (repeated !== undefined) throw new SyntaxError(`"${repeated.slice(0, 100)}" is there twice`);
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(`It is not JSON with one meaning: ${(cause as Error).message}.`, cause);
  }
}

function readMediaType(value: unknown, contentType: string | undefined): string {
  const said = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  const { mediaType: written } = (value ?? {}) as { mediaType?: unknown };
  if (written !== undefined && said !== undefined && said !== "" && written !== said)
    throw invalid(`Its Content-Type is ${said}, and its mediaType another.`);
  const mediaType = said === undefined || said === "" ? written : said;
  if (typeof mediaType === "string" && (IMAGES.has(mediaType) || INDEXES.has(mediaType))) return mediaType;
  throw invalid(
    `The media type ${JSON.stringify(mediaType)?.slice(0, 200)} is none that this registry takes.`,
  );
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${issue?.path.join(".") || "It"}: ${issue?.message}.`);
}

function invalid(message: string, cause?: unknown): FlowwError {
  return new FlowwError("REGISTRY_MANIFEST_INVALID", message, cause === undefined ? {} : { cause });
}

function fromImage(manifest: z.infer<typeof image>, mediaType: string): ParsedManifest {
  const isElsewhere = (layer: Descriptor) => ELSEWHERE.test(layer.mediaType);
  return {
    mediaType,
    blobs: [manifest.config, ...manifest.layers.filter((layer) => !isElsewhere(layer))].map(named),
    blobsElsewhere: manifest.layers.filter(isElsewhere).map(named),
    manifests: [],
    either: [],
    subject: manifest.subject?.digest,
    artifactType: manifest.artifactType || manifest.config.mediaType,
    annotations: manifest.annotations,
  };
}

function fromIndex(manifest: z.infer<typeof index>, mediaType: string): ParsedManifest {
  const isManifest = (child: Descriptor) => IMAGES.has(child.mediaType) || INDEXES.has(child.mediaType);
  return {
    mediaType,
    blobs: [],
    blobsElsewhere: [],
    manifests: manifest.manifests.filter(isManifest).map(named),
    either: manifest.manifests.filter((child) => !isManifest(child)).map(named),
    subject: manifest.subject?.digest,
    artifactType: manifest.artifactType || undefined,
    annotations: manifest.annotations,
  };
}

function named({ digest, size }: Descriptor): NamedContent {
  return { digest, bytes: size };
}
