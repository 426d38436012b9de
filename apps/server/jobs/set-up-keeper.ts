import { formatId } from "@floww/contract/ids";
import { waitForEnd } from "../domain/deliveries/wait-for-end.ts";
import {
  type BegunSetUp,
  type SettleSetUpsContext,
  settleSetUps,
} from "../domain/executions/set-ups/settle-set-ups.ts";
import { listUnsettled } from "../domain/executions/set-ups/store.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import type { ArtifactStore } from "../platform/blobs/artifact-store.ts";

interface KeeperContext extends SettleSetUpsContext {
  artifacts: ArtifactStore;
  jobStates: JobStates;
  report(error: unknown): void;
}

const EVERY_MS = 60_000;
const WORKFLOWS_AT_ONCE = 100;
/** Whoever deploys sees most failures at once; what takes longer goes on without him. */
const WAIT_MS_MAX = 10_000;

/** Sets addresses up and takes them back after each switch, and what a crash left undone. */
export class SetUpKeeper {
  readonly #context: KeeperContext;
  readonly #timer: NodeJS.Timeout;
  readonly #stop = new AbortController();
  #turn: Promise<void>;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    this.#timer.unref();
    // A start is what follows a crash.
    this.#turn = Promise.resolve();
    this.#look();
  }

  /** After a switch. Resolves with what whoever made it should know. */
  async settle(workflowId: string): Promise<string[]> {
    const begun = await settleSetUps(this.#context, workflowId);
    return (await Promise.all(begun.map((one) => this.#warningOf(one)))).filter((one) => one !== undefined);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#turn;
  }

  #look(): void {
    const work = async () => {
      for (const id of await listUnsettled(this.#context.database, WORKFLOWS_AT_ONCE)) {
        if (this.#stop.signal.aborted) return;
        await settleSetUps(this.#context, id);
      }
    };
    this.#turn = this.#turn
      .then(() => this.#context.jobStates.track("settle-set-ups", work))
      .catch((error: unknown) => this.#context.report(error));
  }

  async #warningOf({ executionId, namespaceId, path }: BegunSetUp): Promise<string | undefined> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(WAIT_MS_MAX)]);
    const end = await waitForEnd(this.#context, { namespaceId, executionId, signal });
    if (end.state === "completed") return undefined;
    const where = `\`floww executions show ${formatId("execution", executionId)}\``;
    return end.state === "waiting"
      ? `The setup of ${path} is not over yet: see ${where}.`
      : `The setup of ${path} has failed: see ${where}, and replay it when its cause is mended.`;
  }
}
