import type { RunCalls } from "@floww/executor/host";
import type { RunIdentity } from "./host-operations.ts";

/**
 * The runs of this server that ask over HTTP, because they are in a container or on AWS Lambda. Another server may get
 * their requests; here they find what their run has open: its budget, its log, and what is hidden in it.
 */
export class RemoteRuns {
  readonly #byId = new Map<string, { epoch: number; calls: RunCalls }>();

  /** Until it is disposed of. */
  open({ id, epoch }: RunIdentity, calls: RunCalls): Disposable {
    const opened = { epoch, calls };
    this.#byId.set(id, opened);
    return {
      [Symbol.dispose]: () => {
        if (this.#byId.get(id) === opened) this.#byId.delete(id);
      },
    };
  }

  find({ id, epoch }: RunIdentity): RunCalls | undefined {
    const opened = this.#byId.get(id);
    return opened?.epoch === epoch ? opened.calls : undefined;
  }
}
