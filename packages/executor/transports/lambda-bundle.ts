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
  const bytes = await download(bundle.url);
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (hash !== bundle.sha256)
    throw new FlowwError("BUNDLE_INVALID", `The bundle has the hash ${hash}, not ${bundle.sha256}.`);
  return { source, bytes, codeBytes: bundle.codeBytes };
}

async function download(url: string): Promise<Buffer> {
  const answer = await fetch(url);
  if (!answer.ok || answer.body === null)
    throw new FlowwError("BUNDLE_MISSING", `The bundle could not be read: ${answer.status}.`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > limits.bundleBytesMax) throw new FlowwError("BUNDLE_TOO_LARGE");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
