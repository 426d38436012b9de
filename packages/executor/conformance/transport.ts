import type { WireEventHead } from "@floww/contract/abi";
import type { AnswerHeader } from "@floww/contract/frames";
import type { Bundle, RunEnd, RunLog, RunSink } from "../host/index.ts";

/**
 * What every executor under test is started with. The heap is small, so that filling it takes little time, and yet holds
 * a string of 100 MB with room to spare: one larger than the heap is allocated or fatal as V8's collector happens to stand.
 */
export const NODE_ARGS = ["--no-warnings", "--max-old-space-size=256"];

/**
 * A way to reach an executor, under test: the framed pipe of the process engine, the AWS Lambda Runtime API. What it
 * carries must not change what user code does, so that one table of behaviours holds for all of them.
 */
export interface TransportUnderTest {
  readonly name: string;
  /** What it can do beyond running one event after the other; behaviours that need more are not asked of it. */
  readonly capabilities: ReadonlySet<Capability>;
  /** Starts an executor for a bundle; nothing need be imported yet. */
  open(bundle: Bundle, options?: OpenOptions): Promise<RuntimeUnderTest>;
}

export type Capability =
  /** Several runs at once in one process. */
  | "concurrency"
  /** Runs are ended from outside: by a cancel, or at a deadline that code blocks. */
  | "cancel"
  /** Importing a bundle is a step of its own, with an outcome of its own. */
  | "load"
  /** What runs asks the server for things, and is told when its early answer is committed. */
  | "calls"
  /** The server waits for a slow caller. */
  | "backpressure"
  /** User code can reach the descriptor that carries the frames. */
  | "descriptor";

export interface OpenOptions {
  env?: Record<string, string>;
}

export interface RuntimeUnderTest extends AsyncDisposable {
  /** Imports the bundle; resolves with what it declares. @throws FlowwError of the import */
  load(): Promise<unknown>;
  start(handlerId: string, options?: StartOptions): StartedRun;
  /** The process, where there is one to look at. */
  readonly pid: number | undefined;
  readonly closed: Promise<void>;
}

export interface StartOptions {
  head?: WireEventHead;
  body?: Uint8Array;
  timeoutMs?: number;
  sink?: Partial<RunSink>;
}

export interface StartedRun {
  readonly executionId: string;
  readonly end: Promise<RunEnd>;
  /** What came of it so far. */
  readonly logs: RunLog[];
  readonly chunks: Buffer[];
  readonly early: { header: AnswerHeader; body: Buffer }[];
  /** Resolves with the first line that holds this text. */
  logged(text: string): Promise<RunLog>;
  /** Resolves once this many chunks have come. */
  chunked(count: number): Promise<void>;
  cancel(): void;
}

export interface Behaviour {
  /** A sentence. */
  readonly name: string;
  /** The workflow in `workflows/` that it runs. */
  readonly workflow: string;
  readonly needs?: readonly Capability[];
  check(runtime: RuntimeUnderTest): Promise<void>;
}
