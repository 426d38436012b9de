import { FlowwError } from "@floww/contract/errors";
import { FromExecutor, STREAM_WINDOW_BYTES, ToExecutor } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import { checkedFetch, checkedRecord } from "./received.ts";
import type { RunSink } from "./run.ts";

interface Relayed {
  abort: AbortController;
  underWayBytes: number;
  wake: (() => void) | undefined;
}

interface RelayConnection {
  send(kind: number, header?: unknown, body?: Uint8Array): void;
}

const CHUNK_BYTES_MAX = 64 * 1024;

/** Carries one run's vendor calls to the gateway and streams the answers back, no faster than the run reads them. */
export class ProviderRelay {
  readonly #sink: Pick<RunSink, "fetch">;
  readonly #connection: RelayConnection;
  readonly #calls = new Map<number, Relayed>();

  constructor(sink: Pick<RunSink, "fetch">, connection: RelayConnection) {
    this.#sink = sink;
    this.#connection = connection;
  }

  /** @throws FlowwError FRAME_INVALID for what no executor of ours would send */
  receive(kind: number, header: unknown, body: Buffer): void {
    if (kind === FromExecutor.fetch) return void this.#fetch(header, body);
    const { call, bytes } = checkedRecord(header);
    const relayed = this.#calls.get(Number(call));
    if (relayed === undefined) return;
    if (kind === FromExecutor.fetchAbort) return drop(relayed);
    if (!(Number(bytes) >= 0)) throw new FlowwError("FRAME_INVALID", "A stream's count is not a number.");
    relayed.underWayBytes = Math.max(0, relayed.underWayBytes - Number(bytes));
    relayed.wake?.();
  }

  /** The run is over: its calls are of no use to anybody. */
  close(): void {
    for (const relayed of this.#calls.values()) drop(relayed);
  }

  #fetch(header: unknown, body: Buffer): void {
    const { call, ...request } = checkedFetch(header);
    if (this.#calls.has(call)) throw new FlowwError("FRAME_INVALID", `The call ${call} is under way.`);
    if (this.#calls.size >= limits.hostCallsAtOnceMax) {
      const error = new FlowwError(
        "HOST_CALLS_EXCEEDED",
        `The run made more than ${limits.hostCallsAtOnceMax} calls at once.`,
      );
      return this.#connection.send(ToExecutor.fetched, { call, error: shown(error) });
    }
    const relayed: Relayed = { abort: new AbortController(), underWayBytes: 0, wake: undefined };
    this.#calls.set(call, relayed);
    void this.#relay(call, relayed, { ...request, body }).finally(() => this.#calls.delete(call));
  }

  async #relay(call: number, relayed: Relayed, request: Parameters<RunSink["fetch"]>[0]): Promise<void> {
    let hasHead = false;
    try {
      const { status, headers, body } = await this.#sink.fetch(request, relayed.abort.signal);
      hasHead = true;
      this.#connection.send(ToExecutor.fetched, { call, status, headers });
      for await (const bytes of body) await this.#sendPieces(call, relayed, bytes);
      this.#connection.send(ToExecutor.fetchEnd, { call });
    } catch (thrown) {
      if (relayed.abort.signal.aborted) return;
      const kind = hasHead ? ToExecutor.fetchEnd : ToExecutor.fetched;
      this.#connection.send(kind, { call, error: shown(thrown) });
    }
  }

  async #sendPieces(call: number, relayed: Relayed, bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES_MAX) {
      while (relayed.underWayBytes >= STREAM_WINDOW_BYTES) {
        relayed.abort.signal.throwIfAborted();
        await new Promise<void>((resolve) => {
          relayed.wake = resolve;
        });
      }
      relayed.abort.signal.throwIfAborted();
      const piece = bytes.subarray(start, start + CHUNK_BYTES_MAX);
      relayed.underWayBytes += piece.byteLength;
      this.#connection.send(ToExecutor.fetchChunk, { call }, piece);
    }
  }
}

function drop({ abort, wake }: Relayed): void {
  abort.abort();
  wake?.();
}

function shown(thrown: unknown): { code: string; message: string } {
  const { code, message } = thrown instanceof FlowwError ? thrown : new FlowwError("PROVIDER_UNREACHABLE");
  return { code, message };
}
