import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import { ExecutorProcess, type RunEnd, type RunJob, type RunSink } from "@floww/executor/host";
import type { BuiltBundle } from "../project/build-bundle.ts";
import { enumerateBundle, parseManifest } from "../project/enumerate-bundle.ts";
import { spawnExecutor } from "../project/spawn-executor.ts";
import { withFileSources, withProjectPaths } from "./debug-sources.ts";
import { readInspector } from "./read-inspector.ts";

export interface CodeRunnerOptions {
  executorFile: string;
  /** The project's. */
  folder: string;
  /** Where bundles are put to be imported. */
  bundleFolder: string;
  /** `host:port` for the inspector; then there is one process at a time, and no deadline. */
  inspect: string | undefined;
  /** A debugger can attach there now. */
  onInspector(address: string): void;
  workflowId: string;
  env(): Promise<Record<string, string>>;
}

/** A spare's boot would slow down the first answer of the code that was just saved. */
const SPARE_AFTER_MS = 100;
/** A timer's longest time: as good as none. */
const NO_DEADLINE_MS = 2_147_483_647;

export type DevJob = Omit<RunJob, "target" | "timeoutMs"> & { timeoutMs: number | undefined };

/** Whether code that has enumerated may take over now: what it uses may have to be configured first. */
export type Accept = (manifest: Manifest) => Promise<boolean>;

/**
 * The newest code that works, in a child process. Other code takes over only when it has been imported and enumerated;
 * until then, and when it cannot be, the last good code goes on. A spare child waits, so that taking over costs an import.
 */
export class CodeRunner {
  readonly #options: CodeRunnerOptions;
  #current: ExecutorProcess | undefined;
  #spare: ExecutorProcess | undefined;
  #spareTimer: NodeJS.Timeout | undefined;
  /** Those too that only finish a run of code before: it may never end. */
  readonly #alive = new Set<ExecutorProcess>();

  constructor(options: CodeRunnerOptions) {
    this.#options = options;
  }

  get hasCode(): boolean {
    return this.#current?.takesWork === true;
  }

  /**
   * Resolves with undefined when `accept` does not want it after all; the last good code is untouched then.
   *
   * @throws FlowwError of the import, and what `accept` throws; the last good code is untouched then too
   */
  async load(bundle: BuiltBundle, accept: Accept): Promise<Manifest | undefined> {
    if (this.#options.inspect !== undefined)
      return this.#loadInspected(bundle, this.#options.inspect, accept);
    const executor = this.#spare ?? this.#start();
    this.#spare = undefined;
    try {
      return await this.#takeOver(executor, bundle, accept);
    } finally {
      clearTimeout(this.#spareTimer);
      this.#spareTimer = setTimeout(() => this.#startSpare(), SPARE_AFTER_MS);
    }
  }

  /** An inspector's port can be had by one process only: the old one goes first, once the new code has worked without. */
  async #loadInspected(bundle: BuiltBundle, inspect: string, accept: Accept): Promise<Manifest | undefined> {
    const { executorFile, bundleFolder, folder, onInspector } = this.#options;
    const manifest = await enumerateBundle(bundle, { executorFile, folder });
    if (!(await accept(manifest))) return undefined;
    await this.#end(this.#current);
    const child = spawnExecutor({ executorFile, bundleFolder, inspect });
    const executor = this.#track(new ExecutorProcess(child, { loadMsMax: NO_DEADLINE_MS }));
    try {
      onInspector(await readInspector(child));
    } catch (error) {
      executor.kill();
      throw error;
    }
    await this.#takeOver(executor, withFileSources(bundle, folder), async () => true);
    return manifest;
  }

  async #takeOver(
    executor: ExecutorProcess,
    bundle: BuiltBundle,
    accept: Accept,
  ): Promise<Manifest | undefined> {
    try {
      const manifest = parseManifest(
        await executor.load(this.#target(bundle), "run", { wantsManifest: true }),
      );
      if (!(await accept(manifest))) {
        executor.kill();
        return undefined;
      }
      this.#current?.drain();
      this.#current = executor;
      return manifest;
    } catch (error) {
      executor.kill();
      throw error;
    }
  }

  async run(job: DevJob, sink: RunSink): Promise<RunEnd> {
    const executor = this.#current;
    if (executor === undefined)
      throw new FlowwError("RUNTIME_UNAVAILABLE", "No code that works has been saved yet.");
    const end = await executor.run(
      { ...job, target: this.#target(undefined), timeoutMs: job.timeoutMs ?? NO_DEADLINE_MS },
      sink,
    );
    return withProjectPaths(end, this.#options.folder);
  }

  /** The process that runs the code has died (process.exit, a crash): the same code needs a new one. */
  get hasDied(): boolean {
    return this.#current !== undefined && !this.#current.takesWork;
  }

  async close(): Promise<void> {
    clearTimeout(this.#spareTimer);
    await Promise.all([...this.#alive].map((executor) => this.#end(executor)));
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
    const { executorFile, bundleFolder } = this.#options;
    return this.#track(new ExecutorProcess(spawnExecutor({ executorFile, bundleFolder })));
  }

  #track(executor: ExecutorProcess): ExecutorProcess {
    this.#alive.add(executor);
    void executor.closed.then(() => this.#alive.delete(executor));
    return executor;
  }
}
