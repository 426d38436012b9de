import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import {
  FunctionLoad,
  type FunctionRun,
  OutputTail,
  type ProcessEnd,
  type RunCalls,
  type RuntimeApi,
  type RuntimeTarget,
} from "@floww/executor/host";
import type { EgressProxyOptions } from "../../../../platform/egress-proxy/egress-proxy.ts";
import { BUNDLE_FILE, type ContainerPlace, containerCommand, INSIDE } from "./container-command.ts";
import { ContainerSockets } from "./container-sockets.ts";
import type { DockerProgram } from "./docker-program.ts";
import { RunAsks } from "./run-asks.ts";

export interface ContainerOptions {
  docker: DockerProgram;
  place: Omit<ContainerPlace, "name" | "folder" | "image">;
  /** The engine's name for the image, once the engine has it. */
  image(): Promise<string>;
  egress: EgressProxyOptions;
}

type Exit = Omit<ProcessEnd, "death">;

const BOOT_MS_MAX = 30_000;
const LAST_MOMENTS_MS = 2_000;
const KILL_AGAIN_MS_MAX = 1_000;
const KILLED = 137;
const SAID_BYTES_MAX = 2_000;

/** One container, for one deployment: it takes one run at a time, and everything that it says is untrusted. */
export class Container {
  readonly name = `floww-${randomBytes(8).toString("hex")}`;
  readonly target: RuntimeTarget;
  readonly #docker: DockerProgram;
  readonly #sockets = new ContainerSockets();
  readonly #asks = new RunAsks();
  readonly #up: Promise<RuntimeApi>;
  readonly #ended = Promise.withResolvers<Exit>();
  readonly #closed = Promise.withResolvers<void>();
  #output: OutputTail | undefined;
  #writtenBefore = 0;
  #isKilled = false;
  #hasLoaded = false;
  #read: Promise<Source> | undefined;

  constructor(target: RuntimeTarget, options: ContainerOptions) {
    this.target = target;
    this.#docker = options.docker;
    this.#up = this.#start(options);
    // Told to whoever gives it something to do.
    this.#up.catch(() => undefined);
  }

  /** Resolves once nothing of it is left. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** False: it ends, or has ended. */
  get takesWork(): boolean {
    return !this.#isKilled;
  }

  /** What it wrote past its executor since its run began. */
  get said(): string {
    return this.#output?.since(this.#writtenBefore) ?? "";
  }

  /** Resolves when it can be given a run. @throws FlowwError RUNTIME_UNAVAILABLE, or why there is no image */
  async ready(): Promise<void> {
    await this.#up;
  }

  /** Imports the bundle and resolves with what it declares. @throws FlowwError of the import, RUNTIME_UNAVAILABLE */
  async enumerate(): Promise<unknown> {
    const api = await this.#up;
    const load = new FunctionLoad();
    const timer = setTimeout(() => load.fail(tooLate()), limits.enumerateMs);
    const event = JSON.stringify(await this.#source());
    const { end } = api.invoke(event, { onData: (bytes) => load.receive(bytes) });
    void end.then(async (ended) => {
      if (ended.kind !== "response") load.fail(unavailable(await this.#ended.promise));
    });
    return load.declared.finally(() => clearTimeout(timer));
  }

  /** Gives it a run, and resolves when it is free again, or gone. */
  async run(run: FunctionRun, { timeoutMs, calls }: { timeoutMs: number; calls: RunCalls }): Promise<void> {
    const api = await this.#up;
    this.#writtenBefore = this.#output?.written ?? 0;
    const importing = this.#hasLoaded ? undefined : setTimeout(() => this.#failLoad(run), limits.enumerateMs);
    void run.loaded.then(() => clearTimeout(importing));
    const event = JSON.stringify(run.eventFor(await this.#source(), this.#asks.open(calls)));
    const ended = await api.invoke(event, { timeoutMs, onData: (bytes) => run.receive(bytes) }).end;
    clearTimeout(importing);
    this.#asks.close();
    this.#hasLoaded = true;
    if (ended.kind === "response") {
      // It imports once, for good or not: a fresh one tries again.
      if (run.isRefused) this.kill();
      return run.finish(undefined);
    }
    if (ended.kind === "error") {
      this.kill();
      const said = ended.body.toString("utf8", 0, SAID_BYTES_MAX);
      return run.fail(new FlowwError("RUNTIME_UNAVAILABLE", `The executor could not run it: ${said}`));
    }
    // Most likely it is dying: it is left the time to say of what.
    const timer = setTimeout(() => this.kill(), LAST_MOMENTS_MS);
    const exit = await this.#ended.promise;
    clearTimeout(timer);
    run.sayLastWords(this.said);
    await run.finish(exit);
  }

  kill(): void {
    if (this.#isKilled) return;
    this.#isKilled = true;
    if (this.#output !== undefined) void this.#insistOnEnd();
  }

  async #start({ place, image, egress }: ContainerOptions): Promise<RuntimeApi> {
    try {
      const [api, name] = await Promise.all([
        this.#sockets.open({
          egress: place.network === "none" ? egress : undefined,
          onOther: (asked, answer) => void this.#asks.answer(asked, answer),
        }),
        image(),
      ]);
      if (this.#isKilled)
        throw new FlowwError("RUNTIME_UNAVAILABLE", "The container was ended while it started.");
      const exit = this.#spawn(
        containerCommand({ ...place, image: name, name: this.name, folder: this.#sockets.folder }),
      );
      void exit.then(() => api.onRuntimeExit());
      const timer = setTimeout(() => this.kill(), BOOT_MS_MAX);
      await Promise.race([api.asked, exit]);
      clearTimeout(timer);
      if (!this.#isKilled) return api;
      throw unavailable(await exit);
    } finally {
      if (this.#output === undefined) await this.#close();
    }
  }

  #spawn(command: readonly string[]): Promise<Exit> {
    const child = this.#docker.start(command);
    const output = new OutputTail(child);
    this.#output = output;
    child.once("error", (error) =>
      this.#onExit({ code: null, signal: null, lastWords: error.message, cause: undefined }),
    );
    child.once("close", async (code, signal) => {
      const isOutOfMemory = code === KILLED && !this.#isKilled && (await this.#wasOutOfMemory());
      this.#onExit({
        code,
        signal,
        lastWords: output.text,
        cause: isOutOfMemory ? "OUT_OF_MEMORY" : undefined,
      });
    });
    return this.#ended.promise;
  }

  #onExit(exit: Exit): void {
    this.#isKilled = true;
    this.#ended.resolve(exit);
    void this.#close();
  }

  async #close(): Promise<void> {
    this.#isKilled = true;
    if (this.#output !== undefined)
      await this.#docker.ask(["rm", "--force", this.name]).catch(() => undefined);
    await this.#sockets[Symbol.asyncDispose]();
    this.#closed.resolve();
  }

  /** A container that is only being made has no name yet to be killed by. */
  async #insistOnEnd(): Promise<void> {
    const gone = this.#ended.promise.then(() => true);
    for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, KILL_AGAIN_MS_MAX)) {
      const isKilled = await this.#docker.ask(["kill", this.name]).then(
        () => true,
        () => false,
      );
      if (isKilled || (await Promise.race([gone, delay(pauseMs, false)]))) return;
    }
  }

  async #wasOutOfMemory(): Promise<boolean> {
    const args = ["inspect", "--format", "{{.State.OOMKilled}}", this.name];
    return (await this.#docker.ask(args).catch(() => "")) === "true";
  }

  #failLoad(run: FunctionRun): void {
    run.fail(tooLate());
    this.kill();
  }

  /** Read once: a container imports once, and ends when what it would read changes. */
  #source(): Promise<Source> {
    this.#read ??= placeSource(this.target, this.#sockets.folder);
    return this.#read;
  }
}

type Source = Parameters<FunctionRun["eventFor"]>[0];

/** Puts the bundle where the container sees it. */
async function placeSource(target: RuntimeTarget, folder: string): Promise<Source> {
  const { workflowId, deploymentId, bundle, env } = target;
  const [{ code, map }, variables] = await Promise.all([bundle(), env()]);
  const file = join(folder, BUNDLE_FILE);
  await Promise.all([writeFile(file, code), writeFile(`${file}.map`, map)]);
  return { workflowId, deploymentId, env: variables, bundle: { file: `${INSIDE}/${BUNDLE_FILE}` } };
}

function tooLate(): FlowwError {
  const seconds = limits.enumerateMs / 1000;
  const message = `The workflow's top-level code did not finish within ${seconds} s.`;
  return new FlowwError("ENUMERATE_TIMEOUT", message);
}

function unavailable({ code, lastWords }: Exit): FlowwError {
  const said = lastWords === "" ? "" : ` It wrote: ${lastWords}`;
  return new FlowwError("RUNTIME_UNAVAILABLE", `The container ended with exit code ${code}.${said}`);
}
