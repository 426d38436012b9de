import type { ErrorCode } from "@floww/contract/errors";

/** What a hostile handler has at hand; made inside of the sandbox, by the workflow's source. */
export interface Tools {
  ctx: {
    signal: AbortSignal;
    logger: { info(text: string): void };
    respond(value: unknown): Promise<void>;
  };
  fs: typeof import("node:fs");
  child: typeof import("node:child_process");
  workers: typeof import("node:worker_threads");
  net: typeof import("node:net");
  /** Starts a node process that runs this source and is not waited for. */
  spawnNode(source: string, options?: import("node:child_process").SpawnOptions): unknown;
  pause(ms: number): Promise<void>;
  /** One of the executor's frames; the run is the first of its process. */
  frame(kind: number, header: string, body?: string, run?: number): Buffer;
  /** Writes all of it to a descriptor, the frames' unless another is named, however long that takes. */
  write(bytes: Uint8Array, descriptor?: number): Promise<void>;
  table: { set(key: string, value: unknown): Promise<unknown> };
}

export type End = "completed" | ErrorCode;

/** One thing that a handler may do to whoever runs it, and what has to come of it. */
export interface Behaviour {
  /** Its path and its handler's id. */
  name: string;
  /** Only its source goes into the bundle: it uses nothing from around it. */
  run(tools: Tools): unknown;
  /**
   * Status and error code that its record must show: every code has one status. Several only where a race inside of the
   * process decides which of them it is.
   */
  ends: End | readonly End[];
  /** Default: DEADLINE_MS. Longer for what needs more than that to come to its own end. */
  timeoutMs?: number;
  /** What the caller gets, where that does not follow from the end: a stream that breaks off has begun with 200. */
  answer?: { status: number; isCut?: true };
  /** What its answer says. */
  gives?: unknown;
  /** Must stand in its log. */
  says?: string;
  /** How a harmless run ends that comes after it into the same process. Default: completed. */
  afterwards?: End;
  /** In the selection of the short profile. */
  isShort?: true;
}

export const DEADLINE_MS = 1_000;
/** For what is over when it has done its worst. */
export const PATIENT_MS = 15_000;
