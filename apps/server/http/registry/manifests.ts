import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { deleteManifest } from "../../domain/registry/delete-manifest.ts";
import {
  type ByReference,
  findManifest,
  findManifestHead,
  type ManifestHead,
} from "../../domain/registry/manifest-store.ts";
import { type Reference, readReference, readTag } from "../../domain/registry/names.ts";
import { pushManifest } from "../../domain/registry/push-manifest.ts";
import { findRepository } from "../../domain/registry/store.ts";
import { readBody } from "../read-body.ts";
import { recordRegistryChange } from "./record-registry-change.ts";
import { confirmAccess } from "./registry-access.ts";
import type { RepositoryCall } from "./registry-call.ts";
import { sendEmpty } from "./send.ts";

/** Of one push by digest. */
const TAGS_MAX = 100;

export async function headManifest(call: RepositoryCall): Promise<void> {
  const head = await lookUp(call, findManifestHead);
  sendEmpty(call.response, 200, { ...headersOf(head), "content-length": String(head.bytes) });
}

export async function getManifest(call: RepositoryCall): Promise<void> {
  const manifest = await lookUp(call, findManifest);
  call.response.writeHead(200, { ...headersOf(manifest), "content-length": manifest.bytes });
  call.response.end(manifest.content);
}

async function lookUp<T>(
  { context, name, reference }: RepositoryCall,
  find: (
    database: RepositoryCall["context"]["database"],
    repositoryId: string,
    by: ByReference,
  ) => Promise<T | undefined>,
): Promise<T> {
  const by = byReference(readReference(reference));
  const repositoryId = await findRepository(context.database, name);
  const found = repositoryId === undefined ? undefined : await find(context.database, repositoryId, by);
  if (found === undefined) throw new FlowwError("REGISTRY_MANIFEST_UNKNOWN");
  return found;
}

function byReference(reference: Reference): ByReference {
  return "digest" in reference ? { digest: reference.digest.text } : reference;
}

function headersOf({ digest, mediaType }: ManifestHead): Record<string, string> {
  return {
    "content-type": mediaType,
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "cache-control": "no-store",
  };
}

export async function putManifest(call: RepositoryCall): Promise<void> {
  const { context, request, response, name, query } = call;
  const reference = readReference(call.reference);
  const extraTags = "digest" in reference ? query.getAll("tag").map(readTag) : [];
  if (extraTags.length > TAGS_MAX)
    throw new FlowwError("REGISTRY_LIMIT", `At most ${TAGS_MAX} tags can be set at once.`);
  const content = await readBody(request, { bytesMax: limits.registryManifestBytesMax });
  await confirmAccess(context, call.principal, call.needed);
  const contentType = request.headers["content-type"];
  const pushed = await pushManifest(context.registry, name, {
    reference,
    tags: extraTags,
    content,
    contentType,
  });
  const { digest, subject, tags } = pushed;
  await recordRegistryChange(call, "registryPushManifest", {
    digest: digest.text,
    ...(tags.length === 0 ? {} : { tag: tags.join(" ") }),
  });
  sendEmpty(response, 201, {
    location: `/v2/${name.text}/manifests/${digest.text}`,
    "docker-content-digest": digest.text,
    ...(subject === undefined ? {} : { "oci-subject": subject }),
    ...(extraTags.length === 0 ? {} : { "oci-tag": tags }),
  });
}

export async function removeManifest(call: RepositoryCall): Promise<void> {
  const reference = readReference(call.reference);
  await deleteManifest(call.context.registry, call.name, reference);
  await recordRegistryChange(
    call,
    "registryDeleteManifest",
    "tag" in reference ? { tag: reference.tag } : { digest: reference.digest.text },
  );
  sendEmpty(call.response, 202);
}
