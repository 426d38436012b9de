import type { FlowwError } from "@floww/contract/errors";

export type RefusedVerdict = "noRoute" | "badSignature" | "tooLarge";

/** A request that is answered without any run, and kept within bounds so that a person can find out why. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly verdict: RefusedVerdict;
  readonly shown: FlowwError;
  readonly body: Buffer;

  constructor(verdict: RefusedVerdict, shown: FlowwError, body: Buffer) {
    super(shown.message);
    this.verdict = verdict;
    this.shown = shown;
    this.body = body;
  }
}
