import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";

/** Where a function finds its bundle and what belongs to it: in each event, or in FLOWW_BUNDLE as JSON. */
export interface BundleSource {
  workflowId: string;
  deploymentId: string;
  /** The workflow's own variables. */
  env?: Record<string, string>;
  /** A file of the image with its source map beside it (`.map`), or an address of both, one after the other. */
  bundle: { file: string } | { url: string; codeBytes: number; sha256: string };
}

export interface LoadedSource {
  source: BundleSource;
  bytes: Buffer;
  codeBytes: number;
}

/**
 * What reads and hashes is imported here: it takes milliseconds of every start, and the other transport needs none of it.
 *
 * @throws FlowwError BUNDLE_INVALID, BUNDLE_TOO_LARGE, BUNDLE_MISSING
 */
export async function readBundle(source: BundleSource): Promise<LoadedSource> {
  const { bundle } = source;
  if ("file" in bundle) {
    const { readFile } = await import("node:fs/promises");
    const code = await readFile(bundle.file);
    const map = await readFile(`${bundle.file}.map`).catch(() => Buffer.alloc(0));
    return { source, bytes: Buffer.concat([code, map]), codeBytes: code.byteLength };
  }
  const bytes = await readAddressed(bundle, {
    bytesMax: limits.bundleBytesMax,
    missing: (status) => new FlowwError("BUNDLE_MISSING", `The bundle could not be read: ${status}.`),
    tooLarge: () => new FlowwError("BUNDLE_TOO_LARGE"),
    other: (hash) =>
      new FlowwError("BUNDLE_INVALID", `The bundle has the hash ${hash}, not ${bundle.sha256}.`),
  });
  return { source, bytes, codeBytes: bundle.codeBytes };
}

/** An object that whoever has its address may read, and what it must be. */
export interface AddressedObject {
  url: string;
  sha256: string;
}

/** The body of an event that is too large to travel in it. @throws FlowwError CALL_UNANSWERED */
export function readBody(body: AddressedObject): Promise<Buffer> {
  const unanswered = (why: string) =>
    new FlowwError("CALL_UNANSWERED", `The event's body could not be read: ${why}.`);
  return readAddressed(body, {
    bytesMax: EVENT_BODY_BYTES_MAX,
    missing: (status) => unanswered(String(status)),
    tooLarge: () => unanswered("it is too large"),
    other: (hash) => unanswered(`it has the hash ${hash}, not ${body.sha256}`),
  });
}

/** More than any event has; a batch is the largest. */
const EVENT_BODY_BYTES_MAX = 64 * 1024 * 1024;

interface Errors {
  bytesMax: number;
  missing(status: number | string): FlowwError;
  tooLarge(): FlowwError;
  other(hash: string): FlowwError;
}

async function readAddressed({ url, sha256 }: AddressedObject, errors: Errors): Promise<Buffer> {
  const bytes = await download(url, errors);
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== sha256) throw errors.other(hash);
  return bytes;
}

async function download(url: string, errors: Errors): Promise<Buffer> {
  const answer = await fetch(url).catch((cause: unknown) => {
    throw errors.missing(String((cause as Error).cause ?? cause));
  });
  if (!answer.ok || answer.body === null) throw errors.missing(answer.status);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > errors.bytesMax) throw errors.tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
