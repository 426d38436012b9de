import { createHmac, timingSafeEqual } from "node:crypto";
import type { ArtifactAddresses } from "./artifact-addresses.ts";

export const ARTIFACTS_PREFIX = "/artifacts/";
const GOOD_MS = 60_000;
const PATH = /^\/artifacts\/([0-9a-f-]{36})\/([0-9a-f]{64})\?until=(\d{13})&proof=([\w-]{43})$/;

/** Addresses of artifacts at the server itself, where they lie on its disk. */
export class ServedArtifacts implements ArtifactAddresses {
  readonly #key: Buffer;
  readonly #publicUrl: () => URL;
  readonly #now: () => number;

  constructor({ key, publicUrl, now = Date.now }: { key: Buffer; publicUrl(): URL; now?(): number }) {
    this.#key = key;
    this.#publicUrl = publicUrl;
    this.#now = now;
  }

  async addressOf(namespaceId: string, hash: string): Promise<URL> {
    const until = String(this.#now() + GOOD_MS);
    const proof = this.#prove(namespaceId, hash, until).toString("base64url");
    const base = this.#publicUrl().href.replace(/\/$/, "");
    return new URL(`${base}${ARTIFACTS_PREFIX}${namespaceId}/${hash}?until=${until}&proof=${proof}`);
  }

  /** What a request may read; undefined when its address is not one of ours, or not any more. */
  read(path: string): { namespaceId: string; hash: string } | undefined {
    const [, namespaceId, hash, until, proof] = PATH.exec(path) ?? [];
    if (namespaceId === undefined || hash === undefined || until === undefined || proof === undefined)
      return undefined;
    const isOurs = timingSafeEqual(
      this.#prove(namespaceId, hash, until),
      Buffer.from(proof, "base64url").subarray(0, PROOF_BYTES),
    );
    return isOurs && Number(until) > this.#now() ? { namespaceId, hash } : undefined;
  }

  #prove(...parts: [namespaceId: string, hash: string, until: string]): Buffer {
    return createHmac("sha256", this.#key).update(parts.join("/")).digest();
  }
}

const PROOF_BYTES = 32;
