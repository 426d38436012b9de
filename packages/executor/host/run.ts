import type { Json, LogLevel, ProviderName, WireEvent } from "@floww/contract/abi";
import type { DriverName, RuntimeSettings } from "@floww/contract/api";
import type { ErrorCode } from "@floww/contract/errors";
import type { AnswerHeader, WireError } from "@floww/contract/frames";

/** What a process is keyed by: never shared across deployments, hence never across namespaces. */
export interface RuntimeTarget {
  namespaceId: string;
  workflowId: string;
  deploymentId: string;
  /** Where it runs and with what; left out: on the server's own engine, as ever. */
  runtime?: PlacedRuntime;
  /** Reads the bundle; called only when a process has to load it. */
  bundle(): Promise<Bundle>;
  /** The workflow's own variables. */
  env(): Promise<Record<string, string>>;
}

export type PlacedRuntime = RuntimeSettings & {
  driver: DriverName;
  /** The stock image that it was proven in, as its driver names it: a newer one is another runtime. */
  stockImage?: string;
};

export interface Bundle {
  code: Buffer;
  map: Buffer;
}

export interface RunJob {
  target: RuntimeTarget;
  executionId: string;
  handlerId: string;
  attempt: number;
  timeoutMs: number;
  event: WireEvent;
  /** It was started before, and may have a journal. */
  isResumed?: boolean;
  isLastAttempt?: boolean;
  /** Where a run that no pipe leads to asks the server, and what it proves itself with. */
  callBack?: CallBack;
}

export interface CallBack {
  /** Of `callFromRun`, whole. */
  url: string;
  /** The way there, where it is no network. */
  socketPath?: string;
  token: string;
}

/** Where a run's signs of life go while it runs. */
export interface RunSink {
  /** A process has the event: what came before was its start. Not said by a driver that does not see it. */
  began?(): void;
  log(line: RunLog): void;
  /** The text without the secret values that the run has read: it may get into another run's log. */
  hide?(text: string): string;
  /** An early answer; resolves once it is committed. A stream's chunks follow. */
  answer(header: AnswerHeader, body: Buffer): Promise<void>;
  /** One piece of a stream; what it returns resolves once the caller has taken it. */
  chunk(bytes: Buffer): void | Promise<void>;
  call(operation: string, input: Json): Promise<Json>;
  /** A vendor call through the provider gateway; the signal says that nobody waits for it any more. */
  fetch(request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer>;
}

/** What a run wants of a vendor; the credential is added by the gateway. */
export interface ProviderRequest {
  connection: ProviderName;
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Buffer;
}

export interface ProviderAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: AsyncIterable<Uint8Array>;
}

export interface RunLog {
  level: LogLevel;
  atMs: number;
  text: Buffer;
}

export type RunEnd =
  | { state: "completed"; answer?: { header: AnswerHeader; body: Buffer } }
  | { state: "failed"; error: RunError }
  | { state: "timed_out"; error: RunError }
  | { state: "cancelled"; error: RunError }
  /** Not over: it goes on, in another start, when one of these journal entries is settled. */
  | { state: "waiting"; keys: string[] }
  /** Ended by something that was not its fault. */
  | { state: "interrupted"; error: RunError };

export type RunError = Omit<WireError, "code"> & { code: ErrorCode };
