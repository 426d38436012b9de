import type { DriverName, RuntimeSettings } from "@floww/contract/api";
import type { PlacedRuntime, RunEnd, RunJob, RunSink, RuntimeTarget } from "@floww/executor/host";

/**
 * Runs deployments somewhere: the process engine, Docker, AWS Lambda. One interface, one conformance suite
 * (drivers/conformance.ts); a pool of processes promises more (process/pool-conformance.ts). A driver reports what happened; what it means for the ledger is decided by its caller.
 */
export interface RuntimeDriver {
  readonly name: DriverName;
  /** What keeps user code in: said at start and shown to people. */
  readonly isolation: string;
  /** What settings come to here, as it is kept with the deployment. @throws FlowwError RUNTIME_NOT_OFFERED for what means nothing here */
  place(settings: RuntimeSettings): Omit<PlacedRuntime, "driver">;
  /** Imports the bundle in the target runtime and returns what it declares, not yet parsed. @throws FlowwError of the import */
  prove(target: RuntimeTarget): Promise<unknown>;
  /** Resolves when the run has ended, however; rejects only when no process could be had (RUNTIME_UNAVAILABLE). */
  run(job: RunJob, sink: RunSink): Promise<RunEnd>;
  /** Do runs of it ask over HTTP, at any server, with a token of their own? Left out: no. */
  callsBack?(target: RuntimeTarget): boolean;
  /** A run of it is about to come, as soon as it is recorded: what has to start for it may start now. */
  prepare?(target: RuntimeTarget): void;
  /** It was just deployed, and its first run may come soon. */
  loadAhead?(target: RuntimeTarget): void;
  /** False when the last runs came to nothing for want of a process. Left out: nobody knows. */
  canStart?(): boolean;
  cancel(executionId: string): void;
  /** The deployment gets no more runs: what is warm for it ends when its last run has. */
  retire(deploymentId: string): void;
  close(): Promise<void>;
}

export type Isolation = "bubblewrap" | "permission";
