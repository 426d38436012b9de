import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Client } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import { type BuiltBundle, type Bundler, openBundler } from "../project/build-bundle.ts";
import { CodeRunner } from "./code-runner.ts";
import type { DevPrinter } from "./dev-printer.ts";
import { LocalCron } from "./local-cron.ts";
import { runDevEvent } from "./run-dev-event.ts";
import { SessionClient } from "./session-client.ts";
import { FileWatcher } from "./watch-files.ts";

export interface DevLoopOptions {
  client: Client;
  namespaceId: string;
  workflowId: string;
  folder: string;
  entryFile: string;
  executorFile: string;
  /** Where bundles are put to be imported. */
  bundleFolder: string;
  inspect: string | undefined;
  printer: DevPrinter;
  /** The session went to another terminal: there is nothing left to do here. */
  onTakenOver(): void;
  /** What no save can mend. */
  onFatal(error: FlowwError): void;
}

/**
 * The dev flow: bundle, enumerate, open the session, run its events; a save begins again at the bundle. The last good
 * code goes on until other code has enumerated, whatever is saved in between.
 */
export class DevLoop {
  readonly #options: DevLoopOptions;
  readonly #runner: CodeRunner;
  readonly #session: SessionClient;
  readonly #cron: LocalCron;
  readonly #watcher: FileWatcher;
  #bundler: Bundler | undefined;
  #shownTriggers = "";
  #good: BuiltBundle | undefined;
  #updating: Promise<void> | undefined;
  #isStale = false;

  constructor(options: DevLoopOptions) {
    this.#options = options;
    const { client, namespaceId, workflowId, inspect, printer } = options;
    this.#runner = new CodeRunner({
      executorFile: options.executorFile,
      folder: options.folder,
      bundleFolder: options.bundleFolder,
      inspect,
      onInspector: (address) => printer.inspector(address),
      workflowId,
      env: () => readDotEnv(options.folder),
    });
    this.#session = new SessionClient({
      client,
      namespaceId,
      workflowId,
      isDebugging: inspect !== undefined,
      onEvent: (executionId) => void this.#onEvent(executionId),
      onTakenOver: options.onTakenOver,
      onConnection: (isConnected) => printer.connection(isConnected),
    });
    this.#cron = new LocalCron((handlerId, at) => void this.#onTick(handlerId, at));
    this.#watcher = new FileWatcher(() => this.#onChange());
  }

  /** Resolves when the first version is live, or its error has been shown; the loop goes on until close(). */
  async start(): Promise<void> {
    this.#bundler = await openBundler(this.#options);
    this.#watcher.watch([this.#options.entryFile]);
    this.#onChange();
    await this.#updating;
  }

  async close(): Promise<void> {
    this.#watcher.close();
    this.#cron.stop();
    await this.#updating;
    await this.#session.close();
    await this.#runner.close();
    await this.#bundler?.[Symbol.asyncDispose]();
  }

  #onChange(): void {
    this.#isStale = true;
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined;
    });
  }

  /** One at a time; a save during an update is taken up right after it. */
  async #update(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const startedAt = performance.now();
      try {
        const bundle = await this.#bundler!.build();
        this.#watcher.watch([...bundle.inputs, join(this.#options.folder, ".env")]);
        const manifest = await this.#runner.load(bundle);
        this.#good = bundle;
        await this.#announce(manifest);
        this.#options.printer.live(Math.round(performance.now() - startedAt));
      } catch (error) {
        if (error instanceof FlowwError && error.code === "INSPECTOR_FAILED")
          return this.#options.onFatal(error);
        this.#options.printer.broken(error, { hasGoodCode: this.#runner.hasCode });
      }
    }
  }

  async #announce(manifest: Manifest): Promise<void> {
    const opened = await this.#session.open(manifest);
    this.#cron.schedule(manifest);
    for (const warning of manifest.warnings) this.#options.printer.warning(warning);
    if (opened.tookOver)
      this.#options.printer.warning("Another terminal had this dev session; it is here now.");
    // The next tick moves on by itself; only what is listened for is news.
    const shown = JSON.stringify(opened.triggers.map(({ nextRunAt: _, ...trigger }) => trigger));
    if (shown !== this.#shownTriggers) this.#options.printer.triggers(opened.triggers);
    this.#shownTriggers = shown;
  }

  async #onEvent(executionId: string): Promise<void> {
    const { client, printer } = this.#options;
    try {
      if (this.#runner.hasDied && this.#good !== undefined) await this.#runner.load(this.#good);
      const startedAt = performance.now();
      const end = await runDevEvent(
        {
          client,
          params: this.#session.params,
          runner: this.#runner,
          onStart: (event) => printer.started(event),
          onAnswer: (id, status) => printer.answered(id, status),
          onLog: (id, line) => printer.log(id, line),
        },
        executionId,
      );
      if (end !== undefined) printer.ended(executionId, end, Math.round(performance.now() - startedAt));
    } catch (error) {
      printer.problem(error);
    }
  }

  async #onTick(handlerId: string, scheduledAt: Date): Promise<void> {
    const body = { type: "cron", handlerId, scheduledAt: scheduledAt.toISOString() } as const;
    await this.#options.client
      .createDevExecution({ params: this.#session.params, body })
      .catch((error: unknown) => this.#options.printer.problem(error));
  }
}

/** The workflow's variables on the laptop: nothing of the terminal's own environment. */
async function readDotEnv(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, ".env"), "utf8").catch(() => "");
  const parsed: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) parsed[name] = value;
  return parsed;
}
