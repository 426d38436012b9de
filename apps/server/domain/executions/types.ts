import type { WireEvent } from "@floww/contract/abi";
import type { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import type { CallBack, RunEnd, RunError, RuntimeTarget } from "@floww/executor/host";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Bells } from "../live/namespace-bells.ts";
import type { RuntimeDriver } from "../runtimes/drivers/driver.ts";
import type { RunHost } from "./call-host.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { HostedRun } from "./host-operations.ts";
import type { RemoteRuns } from "./remote-runs.ts";
import type { RunPolicy } from "./run-policy.ts";
import type { RunsInHand } from "./runs-in-hand.ts";
import type { StartHistory } from "./start-history.ts";

/** A started execution that this server owns. */
export interface OwnedExecution extends StartHistory {
  id: string;
  /** As user code and callers see it. */
  publicId: string;
  namespaceId: string;
  target: RuntimeTarget;
  handlerId: string;
  attempt: number;
  epoch: number;
  policy: RunPolicy;
  event: WireEvent;
  /** Where it runs when that is not the server's own driver: on a laptop. */
  driver?: RunContext["driver"];
  /** An earlier start gave its caller the answer. */
  isAnswered?: boolean;
}

/** How a start ended: for good, or until its next one. */
export type RunOutcome = RunEnd | { state: "retrying"; error: RunError };

/** Who waits for the answer, if anyone does. Called only after the commit that the call stands for. */
export interface AnswerSink {
  /** Aborts when nobody waits any more. */
  readonly left?: AbortSignal;
  answer(header: AnswerHeader, body: Buffer): void;
  /** Resolves once there is room for more: a stream goes no faster than its reader. */
  chunk(bytes: Buffer): void | Promise<void>;
}

/** Where runs are put: the server's own drivers, or a laptop. */
export interface RunDriver extends Pick<RuntimeDriver, "run" | "prepare" | "callsBack"> {
  /** Its caller does not wait any more: ends one that nobody has begun, and says so; undefined: it goes on. */
  giveUp?(executionId: string): FlowwError | undefined;
}

export interface RunContext {
  serverId: string;
  runs: RunsInHand;
  ledger: ExecutionLedger;
  driver: RunDriver;
  artifacts: ArtifactStore;
  /** Answers what the run asks for: KV, secrets. `startedAtMs` is of `performance.now()`. */
  openHost(run: HostedRun, startedAtMs: number): RunHost;
  /** The runs of this server that ask over HTTP. */
  remoteRuns: RemoteRuns;
  /** Whoever watches is to look again. */
  bells: Bells;
  /** Where such a run asks, and with what. */
  callBackFor(run: HostedRun): CallBack;
  /** An execution is due at some time to come: nobody need wait for the next look. */
  wakeQueueIn(ms: number): void;
  random?(): number;
}
