import { FlowwError } from "@floww/contract/errors";

/** Each piece costs some four hundred bytes beside its own, and a sender may make pieces of one byte. */
const JOINED_AT = 256;
/** And some microseconds: 5 MB in pieces of 80 bytes is smaller than anybody needs. */
const PIECES_MAX = 65_536;

/** A body as it comes in, at hardly more memory than its own bytes. */
export class BodyPieces {
  readonly #joined: Uint8Array[] = [];
  readonly #pieces: Uint8Array[] = [];
  #count = 0;

  /** @throws FlowwError BODY_TOO_LARGE for a body that came in more pieces than anybody needs */
  add(piece: Uint8Array): void {
    if (++this.#count > PIECES_MAX)
      throw new FlowwError("BODY_TOO_LARGE", `The body came in more than ${PIECES_MAX} pieces.`);
    if (piece.byteLength === 0) return;
    if (this.#pieces.push(piece) === JOINED_AT) this.#joined.push(Buffer.concat(this.#pieces.splice(0)));
  }

  join(): Buffer {
    const all = [...this.#joined, ...this.#pieces];
    return all.length === 1
      ? Buffer.from(all[0]!.buffer, all[0]!.byteOffset, all[0]!.byteLength)
      : Buffer.concat(all);
  }
}
