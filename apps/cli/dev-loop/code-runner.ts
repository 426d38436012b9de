import { type ChildProcess, spawn } from "node:child_process";
import { FlowwError } from "@floww/contract/errors";
import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import { ExecutorProcess, type RunEnd, type RunJob, type RunSink } from "@floww/executor/host";
import type { BuiltBundle } from "../project/build-bundle.ts";

export interface CodeRunnerOptions {
  executorFile: string;
  /** `host:port` for the inspector; then there is one process at a time, and no deadline. */
  inspect: string | undefined;
  workflowId: string;
  env(): Promise<Record<string, string>>;
}

/** A spare's boot would slow down the first answer of the code that was just saved. */
const SPARE_AFTER_MS = 100;
/** A timer's longest time: as good as none. */
const NO_DEADLINE_MS = 2_147_483_647;

export type DevJob = Omit<RunJob, "target" | "timeoutMs">;

/**
 * The newest code that works, in a child process. Other code takes over only when it has been imported and enumerated;
 * until then, and when it cannot be, the last good code goes on. A spare child waits, so that taking over costs an import.
 */
export class CodeRunner {
  readonly #options: CodeRunnerOptions;
  #current: ExecutorProcess | undefined;
  #spare: ExecutorProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;

  constructor(options: CodeRunnerOptions) {
    this.#options = options;
  }

  get hasCode(): boolean {
    return this.#current?.takesWork === true;
  }

  /** @throws FlowwError of the import; the last good code is untouched then */
  async load(bundle: BuiltBundle): Promise<Manifest> {
    // An inspector's port can be had by one process only: the old one must go first.
    if (this.#options.inspect !== undefined) await this.#end(this.#current);
    const executor = this.#spare ?? this.#start();
    this.#spare = undefined;
    try {
      const parsed = manifestSchema.safeParse(await executor.load(this.#target(bundle), "run"));
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new FlowwError("MANIFEST_INVALID", `${issue?.path.join(".")}: ${issue?.message}`);
      }
      this.#current?.drain();
      this.#current = executor;
      return parsed.data;
    } catch (error) {
      executor.kill();
      throw error;
    } finally {
      clearTimeout(this.#spareTimer);
      if (this.#options.inspect === undefined)
        this.#spareTimer = setTimeout(() => this.#startSpare(), SPARE_AFTER_MS);
    }
  }

  run(job: DevJob, sink: RunSink): Promise<RunEnd> {
    const executor = this.#current;
    if (executor === undefined)
      throw new FlowwError("RUNTIME_UNAVAILABLE", "No code that works has been saved yet.");
    return executor.run({ ...job, target: this.#target(undefined), timeoutMs: NO_DEADLINE_MS }, sink);
  }

  /** The process that runs the code has died (process.exit, a crash): the same code needs a new one. */
  get hasDied(): boolean {
    return this.#current !== undefined && !this.#current.takesWork;
  }

  async close(): Promise<void> {
    clearTimeout(this.#spareTimer);
    await Promise.all([this.#end(this.#current), this.#end(this.#spare)]);
  }

  async #end(executor: ExecutorProcess | undefined): Promise<void> {
    executor?.kill();
    await executor?.closed;
  }

  #target(bundle: BuiltBundle | undefined): RunJob["target"] {
    const { workflowId, env } = this.#options;
    return {
      namespaceId: "",
      workflowId,
      deploymentId: "dev",
      env,
      bundle: async () => {
        if (bundle === undefined) throw new TypeError("the code is loaded already");
        return bundle;
      },
    };
  }

  #startSpare(): void {
    this.#spare ??= this.#start();
  }

  #start(): ExecutorProcess {
    return new ExecutorProcess(spawnDevExecutor(this.#options.executorFile, this.#options.inspect));
  }
}

function spawnDevExecutor(executorFile: string, inspect: string | undefined): ChildProcess {
  const inspector = inspect === undefined ? [] : [`--inspect=${inspect}`];
  return spawn(process.execPath, ["--enable-source-maps", "--no-warnings", ...inspector, executorFile], {
    env: {},
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
}
