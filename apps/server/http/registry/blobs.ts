import { pipeline } from "node:stream/promises";
import { FlowwError } from "@floww/contract/errors";
import { deleteBlob } from "../../domain/registry/delete-blob.ts";
import { readDigest } from "../../domain/registry/names.ts";
import { findBlob, findRepository, noteBlobUse } from "../../domain/registry/store.ts";
import { readRange } from "./read-range.ts";
import { recordRegistryChange } from "./record-registry-change.ts";
import { listAllowed } from "./registry-access.ts";
import type { RepositoryCall } from "./registry-call.ts";
import { sendEmpty } from "./send.ts";

/** A reader that takes nothing for so long is cut off. */
const STALL_MS = 60_000;

export async function headBlob(call: RepositoryCall): Promise<void> {
  const { digest, bytes } = await lookUp(call);
  sendEmpty(call.response, 200, { ...headersOf(digest.text), "content-length": String(bytes) });
}

export async function getBlob(call: RepositoryCall): Promise<void> {
  const { context, request, response, name } = call;
  const { digest, bytes } = await lookUp(call);
  const range = readRange(request.headers.range, bytes);
  if (range === "unsatisfiable") {
    sendEmpty(response, 416, { "content-range": `bytes */${bytes}` });
    return;
  }
  const content = await context.registry.content.open(name, digest, range);
  const length = range === undefined ? bytes : range.end - range.start + 1;
  response.writeHead(range === undefined ? 200 : 206, {
    ...headersOf(digest.text),
    "content-length": length,
    ...(range === undefined ? {} : { "content-range": `bytes ${range.start}-${range.end}/${bytes}` }),
  });
  response.setTimeout(STALL_MS, () => response.destroy());
  // A reader who goes is nobody's mistake.
  await pipeline(content, response).catch(() => response.destroy());
}

async function lookUp(call: RepositoryCall) {
  const { context, name, reference, principal } = call;
  const { database } = context;
  const digest = readDigest(reference);
  const repositoryId = await findRepository(database, name);
  const bytes = repositoryId === undefined ? undefined : await findBlob(database, repositoryId, digest.text);
  if (repositoryId === undefined || bytes === undefined) throw new FlowwError("REGISTRY_BLOB_UNKNOWN");
  // Whoever may push and hears that it is there will not send it again: it must stay until their manifest is here.
  const mayPush = (await listAllowed(context, principal, { name, actions: ["push"] })).length > 0;
  if (mayPush) await noteBlobUse(database, repositoryId, digest.text);
  return { digest, bytes };
}

function headersOf(digest: string): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    etag: `"${digest}"`,
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=31536000, immutable",
    // Bytes of a stranger's making: nothing that a browser would run.
    "content-security-policy": "sandbox",
  };
}

export async function removeBlob(call: RepositoryCall): Promise<void> {
  const digest = readDigest(call.reference);
  await deleteBlob(call.context.registry, call.name, digest);
  await recordRegistryChange(call, "registryDeleteBlob", { digest: digest.text });
  sendEmpty(call.response, 202);
}
