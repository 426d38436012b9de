import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import { type BuiltBundle, type Bundler, openBundler } from "../project/build-bundle.ts";
import type { Project } from "../project/read-project.ts";
import type { Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { CodeRunner } from "./code-runner.ts";
import type { DevPrinter } from "./dev-printer.ts";
import { LocalCron } from "./local-cron.ts";
import { ProviderGate } from "./provider-gate.ts";
import { runDevEvent } from "./run-dev-event.ts";
import { SessionClient } from "./session-client.ts";
import { FileWatcher } from "./watch-files.ts";

export interface DevLoopOptions {
  session: Session;
  terminal: Terminal;
  workflowId: string;
  project: Project;
  executorFile: string;
  /** Where bundles are put to be imported. */
  bundleFolder: string;
  inspect: string | undefined;
  /** What the live version gets is run here as well. */
  isTapping: boolean;
  printer: DevPrinter;
  /** The session went to another terminal: there is nothing left to do here. */
  onTakenOver(): void;
  /** What no save can mend. */
  onFatal(error: FlowwError): void;
}

/**
 * The dev flow: bundle, enumerate, see that what it uses is configured, open the session, run its events; a save, and a
 * provider that changes, begin it again. The last good
 * code goes on until other code has enumerated, whatever is saved in between.
 */
export class DevLoop {
  readonly #options: DevLoopOptions;
  readonly #runner: CodeRunner;
  readonly #session: SessionClient;
  readonly #cron: LocalCron;
  readonly #watcher: FileWatcher;
  readonly #gate: ProviderGate;
  #bundler: Bundler | undefined;
  #announced = "";
  #shownTriggers = "";
  #good: BuiltBundle | undefined;
  #updating: Promise<void> | undefined;
  #isStale = false;
  #isClosed = false;

  constructor(options: DevLoopOptions) {
    this.#options = options;
    const { session, terminal, project, workflowId, inspect, printer } = options;
    this.#runner = new CodeRunner({
      executorFile: options.executorFile,
      folder: project.folder,
      bundleFolder: options.bundleFolder,
      inspect,
      onInspector: (address) => printer.inspector(address),
      workflowId,
      env: () => readDotEnv(project.folder),
    });
    this.#session = new SessionClient({
      client: session.client,
      namespaceId: session.namespace.id,
      workflowId,
      providers: project.providers,
      isDebugging: inspect !== undefined,
      isTapping: options.isTapping,
      onEvent: (executionId) => void this.#onEvent(executionId),
      onTakenOver: options.onTakenOver,
      onTurnedOff: options.onFatal,
      onConnection: (isConnected) => printer.connection(isConnected),
      onProvidersChanged: () => void this.#onProvidersChanged(),
    });
    this.#cron = new LocalCron((handlerId, at) => void this.#onTick(handlerId, at));
    this.#watcher = new FileWatcher(() => this.#onChange());
    this.#gate = new ProviderGate(session, terminal, project);
  }

  /** Resolves when the first version is live, or its error has been shown; the loop goes on until close(). */
  async start(): Promise<void> {
    this.#bundler = await openBundler(this.#options.project, { withSources: false });
    this.#watcher.watch([this.#options.project.entryFile]);
    this.#onChange();
    await this.#updating;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#gate.interrupt();
    this.#watcher.close();
    this.#cron.stop();
    await this.#updating;
    await this.#session.close();
    await this.#runner.close();
    await this.#bundler?.[Symbol.asyncDispose]();
  }

  #onChange(): void {
    this.#isStale = true;
    this.#gate.interrupt();
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined;
    });
  }

  /** One at a time; a save during an update is taken up right after it. */
  async #update(): Promise<void> {
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      const startedAt = performance.now();
      try {
        const bundle = await this.#bundler!.build();
        if (this.#isStale) continue;
        this.#watcher.watch([...bundle.inputs, join(this.#options.project.folder, ".env")]);
        const manifest = await this.#runner.load(bundle, (declared) => this.#gate.pass(declared));
        if (manifest === undefined) {
          // Somebody was asked meanwhile: begin again, with what is configured now.
          this.#isStale = true;
          continue;
        }
        this.#good = bundle;
        await this.#announce(manifest);
        this.#options.printer.live(Math.round(performance.now() - startedAt));
      } catch (error) {
        const isUnbuilt = error instanceof FlowwError && error.code === "BUILD_FAILED";
        // What is watched only from here on may have been saved since it was read.
        if (isUnbuilt && this.#watcher.watchMore(await this.#bundler!.reached())) this.#isStale = true;
        // Half of a save, most likely: what follows says whether it is broken.
        if (this.#isStale) continue;
        if (error instanceof FlowwError && this.#isFatal(error)) return this.#options.onFatal(error);
        this.#options.printer.broken(error, { hasGoodCode: this.#runner.hasCode });
      }
    }
  }

  #isFatal({ code }: FlowwError): boolean {
    if (code === "INSPECTOR_FAILED") return true;
    const isOfProviders = code === "PROVIDER_MISSING" || code === "PROJECT_INVALID";
    return isOfProviders && this.#good === undefined;
  }

  /** Only what the code uses begins it again: another workflow's provider is no news here. */
  async #onProvidersChanged(): Promise<void> {
    if (!(await this.#gate.hasChanged())) return;
    this.#options.printer.warning("a provider that the code uses has changed; beginning again with it");
    this.#onChange();
  }

  async #announce(manifest: Manifest): Promise<void> {
    for (const warning of manifest.warnings) this.#options.printer.warning(warning);
    // Most saves change what a handler does and nothing that the server knows of: those are live without asking it.
    const announced = JSON.stringify([declared(manifest), this.#gate.seen]);
    if (announced === this.#announced) return this.#session.declare(manifest);
    // An answer that gets lost leaves open what the server has.
    this.#announced = "";
    const opened = await this.#session.open(manifest);
    this.#announced = announced;
    this.#cron.schedule(manifest);
    if (this.#options.isTapping && this.#shownTriggers === "") this.#options.printer.tapping();
    if (opened.tookOver)
      this.#options.printer.warning("Another terminal had this dev session; it is here now.");
    // The next tick moves on by itself; only what is listened for is news.
    const { triggers, notes, warnings } = opened;
    const shown = JSON.stringify([triggers.map(({ nextRunAt: _, ...trigger }) => trigger), notes, warnings]);
    if (shown !== this.#shownTriggers) this.#options.printer.listening(opened);
    this.#shownTriggers = shown;
  }

  async #onEvent(executionId: string): Promise<void> {
    const { session, printer } = this.#options;
    try {
      if (this.#runner.hasDied && this.#good !== undefined)
        await this.#runner.load(this.#good, async () => true);
      const startedAt = performance.now();
      const end = await runDevEvent(
        {
          client: session.client,
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
    await this.#options.session.client
      .createDevExecution({ params: this.#session.params, body })
      .catch((error: unknown) => this.#options.printer.problem(error));
  }
}

/** A manifest without the lines that declare things: they move with every line above them, and a session has no use for them. */
function declared({ triggers, providers, secrets, ...rest }: Manifest): unknown {
  const withoutPlace = <T extends { source?: unknown }>(entries: readonly T[]) =>
    entries.map(({ source: _, ...entry }) => entry);
  return {
    ...rest,
    triggers: withoutPlace(triggers),
    providers: withoutPlace(providers),
    secrets: withoutPlace(secrets),
  };
}

/** The workflow's variables on the laptop: nothing of the terminal's own environment. */
async function readDotEnv(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, ".env"), "utf8").catch(() => "");
  const parsed: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) parsed[name] = value;
  return parsed;
}
