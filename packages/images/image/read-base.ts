import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type { ZodType } from "zod";
import type { Repository } from "../registry/blobs.ts";
import { isDigest } from "../registry/reference.ts";
import { readSmall } from "../registry/send-request.ts";
import {
  configSchema,
  type Descriptor,
  type ImageConfig,
  indexSchema,
  MEDIA_TYPES,
  manifestSchema,
} from "./manifest.ts";

export type Architecture = "x64" | "arm64";

/** A base image, by digest. */
export interface BaseImage {
  name: string;
  /** Of the manifest for the platform. */
  digest: string;
  config: ImageConfig;
  layers: Descriptor[];
}

export interface BaseOptions {
  from: Repository;
  /** A tag or a digest. */
  reference: string;
  architecture: Architecture;
}

const OCI_ARCHITECTURES = { x64: "amd64", arm64: "arm64" } as const;
const ACCEPT = [
  MEDIA_TYPES.index,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.manifest,
  MEDIA_TYPES.dockerManifest,
].join(", ");

/** Reads what an image is, of its platforms the one asked for. @throws FlowwError IMAGE_INVALID, REGISTRY_* */
export async function readBase({ from, reference, architecture }: BaseOptions): Promise<BaseImage> {
  const name = `${from.registry.host}/${from.repository}${isDigest(reference) ? "@" : ":"}${reference}`;
  let found = await readManifest(from, { name, reference });
  if (found.json !== null && typeof found.json === "object" && "manifests" in found.json) {
    const { manifests } = parse(indexSchema, found.json, name);
    const chosen = manifests.find(
      ({ platform }) => platform?.os === "linux" && platform.architecture === OCI_ARCHITECTURES[architecture],
    );
    if (chosen === undefined)
      throw invalid(name, `it has no part for linux/${OCI_ARCHITECTURES[architecture]}`);
    found = await readManifest(from, { name, reference: chosen.digest });
  }
  const { config: configAt, layers } = parse(manifestSchema, found.json, name);
  const answer = await from.registry.send(`/v2/${from.repository}/blobs/${configAt.digest}`, {
    method: "GET",
  });
  if (answer.status !== 200) throw await from.registry.refused(answer, `the configuration of ${name}`);
  const bytes = await readSmall(answer);
  if (digestOf(bytes) !== configAt.digest)
    throw invalid(name, "its configuration is not what its digest says");
  const config = parse(configSchema, parseJson(bytes, name), name);
  if (config.os !== "linux" || config.architecture !== OCI_ARCHITECTURES[architecture])
    throw invalid(
      name,
      `it is for ${config.os}/${config.architecture}, not linux/${OCI_ARCHITECTURES[architecture]}`,
    );
  if (config.rootfs.diff_ids.length !== layers.length)
    throw invalid(name, "its layers and its configuration differ");
  return { name, digest: found.digest, config, layers };
}

async function readManifest(from: Repository, { name, reference }: { name: string; reference: string }) {
  const answer = await from.registry.send(`/v2/${from.repository}/manifests/${reference}`, {
    method: "GET",
    headers: { accept: ACCEPT },
  });
  if (answer.status === 404) {
    answer.body.destroy();
    throw invalid(name, "the registry does not have it");
  }
  if (answer.status !== 200) throw await from.registry.refused(answer, name);
  const bytes = await readSmall(answer);
  const digest = digestOf(bytes);
  if (isDigest(reference) && digest !== reference)
    throw invalid(name, "its manifest is not what its digest says");
  return { digest, json: parseJson(bytes, name) };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function parseJson(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw invalid(name, "it is not JSON", cause);
  }
}

function parse<T>(schema: ZodType<T>, value: unknown, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(name, `${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}`);
}

function invalid(name: string, why: string, cause?: unknown): FlowwError {
  return new FlowwError("IMAGE_INVALID", `${name} cannot be used: ${why}.`, { cause });
}
