import { FlowwError } from "@floww/contract/errors";

/** Which uploads a request writes to now, and what came with them that no row counts yet. A home is one server's. */
export class UploadsInHand {
  readonly #held = new Set<string>();
  readonly #bytes = new Map<string, number>();

  /** One request at a time. @throws FlowwError REGISTRY_UPLOAD_BUSY */
  hold(uploadId: string): Disposable {
    if (this.#held.has(uploadId)) throw new FlowwError("REGISTRY_UPLOAD_BUSY");
    this.#held.add(uploadId);
    return { [Symbol.dispose]: () => this.#held.delete(uploadId) };
  }

  isHeld(uploadId: string): boolean {
    return this.#held.has(uploadId);
  }

  /** Bytes of the namespace that are on their way to a row. */
  bytesOf(namespaceId: string): number {
    return this.#bytes.get(namespaceId) ?? 0;
  }

  add(namespaceId: string, bytes: number): void {
    const sum = this.bytesOf(namespaceId) + bytes;
    if (sum === 0) this.#bytes.delete(namespaceId);
    else this.#bytes.set(namespaceId, sum);
  }
}
