import type { IncomingMessage } from "node:http";
import { FlowwError } from "@floww/contract/errors";

import { mountBlob } from "../../domain/registry/mount-blob.ts";
import {
  parseRepositoryName,
  type RepositoryName,
  readDigest,
  readRepositoryName,
} from "../../domain/registry/names.ts";
import {
  appendToUpload,
  beginUpload,
  cancelUpload,
  finishUpload,
  pushBlob,
  type UploadPiece,
} from "../../domain/registry/push-blob.ts";
import { listBlobSources } from "../../domain/registry/store.ts";
import { getUpload } from "../../domain/registry/upload-store.ts";
import type { Digest } from "../../platform/blobs/digest.ts";
import { ChallengeError, confirmAccess, isInScope, type NeededAccess } from "./registry-access.ts";
import type { RepositoryCall } from "./registry-call.ts";
import { sendEmpty } from "./send.ts";

/** A sender that says nothing for so long is cut off; what came before is kept. */
const STALL_MS = 60_000;

/** POST: mounts, takes everything at once, or begins. */
export async function startUpload(call: RepositoryCall): Promise<void> {
  const { context, name, query } = call;
  const { registry } = context;
  const mount = query.get("mount");
  if (mount !== null && (await tryMount(call, mount))) return;
  const whole = query.get("digest");
  if (whole !== null && mount === null) {
    const digest = readDigest(whole);
    const piece = readPiece(call.request);
    await pushBlob(registry, name, { digest, piece, confirm: () => confirm(call) });
    sendCreated(call, digest.text);
    return;
  }
  const upload = await beginUpload(registry, name);
  sendProgress(call, 202, { id: upload.id, bytes: 0 });
}

/** False: the client has to send it, as if it were nowhere. */
async function tryMount(call: RepositoryCall, mount: string): Promise<boolean> {
  const { context, name, query } = call;
  const digest = readDigest(mount);
  const asked = query.get("from");
  const from = asked === null ? await findSource(call, digest) : parseRepositoryName(asked);
  if (from === undefined || !(await mountBlob(context.registry, name, { from, digest }))) return false;
  sendCreated(call, digest.text);
  return true;
}

/**
 * For a client that does not say from where: a repository of the namespace that has it. One that the token is not for is
 * named in a challenge, and read when the client comes back with a token for it too. @throws ChallengeError
 */
async function findSource(call: RepositoryCall, digest: Digest): Promise<RepositoryName | undefined> {
  const { context, name, token, needed } = call;
  const namespace = name.text.slice(0, name.text.indexOf("/"));
  const repositories = await listBlobSources(context.database, name.namespaceId, digest.text);
  const sources = repositories.map((one) => readRepositoryName(`${namespace}/${one}`));
  const access = sources.map((source): NeededAccess => ({ name: source, actions: ["pull"] }));
  const open = access.find((one) => isInScope(token, one));
  const [first] = access;
  if (open === undefined && first !== undefined)
    throw new ChallengeError("insufficient_scope", [...needed, first]);
  return open?.name;
}

/** What a mount reads must be in the token too; of another namespace nothing is read. */
export function mountSource({ query, name }: { query: URLSearchParams; name: RepositoryName }) {
  const from = query.has("mount") ? parseRepositoryName(query.get("from") ?? "") : undefined;
  return from !== undefined && from.namespaceId === name.namespaceId && from.text !== name.text
    ? from
    : undefined;
}

export async function showUpload(call: RepositoryCall): Promise<void> {
  const { id, bytes } = await getUpload(call.context.database, call.name, call.reference);
  sendProgress(call, 204, { id, bytes });
}

export async function patchUpload(call: RepositoryCall): Promise<void> {
  const { context, name, reference } = call;
  const piece = readPiece(call.request);
  const bytes = await appendToUpload(context.registry, name, { uploadId: reference, ...piece });
  sendProgress(call, 202, { id: reference, bytes });
}

export async function putUpload(call: RepositoryCall): Promise<void> {
  const { context, name, reference, query, request } = call;
  const digest = readDigest(query.get("digest") ?? "");
  await finishUpload(context.registry, name, {
    uploadId: reference,
    digest,
    ...(hasBody(request) ? { piece: readPiece(request) } : {}),
    confirm: () => confirm(call),
  });
  sendCreated(call, digest.text);
}

export async function deleteUpload(call: RepositoryCall): Promise<void> {
  await cancelUpload(call.context.registry, call.name, call.reference);
  sendEmpty(call.response, 204);
}

function confirm({ context, principal, needed }: RepositoryCall): Promise<void> {
  return confirmAccess(context, principal, needed);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** @throws FlowwError REGISTRY_UPLOAD_INVALID */
function readPiece(request: IncomingMessage): UploadPiece {
  request.setTimeout(STALL_MS, () => request.destroy());
  const header = request.headers["content-range"];
  // Left alone when it is refused half-way: its connection still has to carry the answer.
  const source: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  if (header === undefined) return { source };
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  const range = { start: Number(first), end: Number(last) };
  const length = request.headers["content-length"];
  const isSound = first !== undefined && range.end >= range.start;
  if (!isSound || (length !== undefined && Number(length) !== range.end - range.start + 1))
    throw new FlowwError(
      "REGISTRY_UPLOAD_INVALID",
      `Content-Range ${JSON.stringify(header)} is not the body's.`,
    );
  return { source, range };
}

function sendProgress(
  { context, response, name }: RepositoryCall,
  status: 202 | 204,
  { id, bytes }: { id: string; bytes: number },
): void {
  const { pieceBytesMin } = context.registry.content;
  sendEmpty(response, status, {
    location: `/v2/${name.text}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, bytes - 1)}`,
    "docker-upload-uuid": id,
    ...(pieceBytesMin > 0 ? { "oci-chunk-min-length": String(pieceBytesMin) } : {}),
  });
}

function sendCreated({ response, name }: RepositoryCall, digest: string): void {
  sendEmpty(response, 201, {
    location: `/v2/${name.text}/blobs/${digest}`,
    "docker-content-digest": digest,
  });
}
