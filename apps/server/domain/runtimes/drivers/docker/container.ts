import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { FRAME_BYTES_MAX } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import {
  type CallBack,
  FunctionLoad,
  type FunctionRun,
  OutputTail,
  type ProcessEnd,
  type RunCalls,
  RuntimeApi,
  type RuntimeTarget,
  readAsk,
} from "@floww/executor/host";
import { type EgressProxyOptions, listenEgress } from "../../../../platform/egress-proxy/egress-proxy.ts";
import {
  API_SOCKET,
  BUNDLE_FILE,
  type ContainerPlace,
  containerCommand,
  EGRESS_SOCKET,
  INSIDE,
} from "./container-command.ts";
import type { DockerProgram } from "./docker-program.ts";

export interface ContainerOptions {
  docker: DockerProgram;
  place: Omit<ContainerPlace, "name" | "folder">;
  egress: EgressProxyOptions;
}

const BOOT_MS_MAX = 30_000;
const LAST_MOMENTS_MS = 2_000;
const KILLED = 137;
const CALLS = "/calls";
const SAID_BYTES_MAX = 2_000;
const READING_BYTES_MAX = 2 * FRAME_BYTES_MAX;

/** One container, for one deployment: it takes one run at a time, and every thing that it says is untrusted. */
export class Container {
  readonly name = `floww-${randomBytes(8).toString("hex")}`;
  readonly target: RuntimeTarget;
  readonly #docker: DockerProgram;
  /** 0700, and short: a socket's path holds 107 bytes. */
  readonly #folder = mkdtempSync(join(tmpdir(), "floww-ctr-"));
  readonly #up: Promise<RuntimeApi>;
  readonly #ended = Promise.withResolvers<Omit<ProcessEnd, "death">>();
  readonly #closed = Promise.withResolvers<void>();
  #proxy: Server | undefined;
  #isKilled = false;
  #hasLoaded = false;
  #asking: { token: string; calls: RunCalls } | undefined;
  #readingBytes = 0;
  #output: OutputTail | undefined;
  #writtenBefore = 0;

  constructor(target: RuntimeTarget, options: ContainerOptions) {
    this.target = target;
    this.#docker = options.docker;
    this.#up = this.#start(options);
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

  /** Imports the bundle and resolves with what it declares. @throws FlowwError of the import, RUNTIME_UNAVAILABLE */
  async enumerate(): Promise<unknown> {
    const api = await this.#up;
    const load = new FunctionLoad();
    const timer = setTimeout(() => load.fail(tooLate()), limits.enumerateMs);
    const { end } = api.invoke(JSON.stringify(await this.#source()), {
      onData: (bytes) => load.receive(bytes),
    });
    void end.then(async (ended) => {
      if (ended.kind !== "response") load.fail(await this.#whyUnavailable());
    });
    return load.declared.finally(() => clearTimeout(timer));
  }

  /** Resolves when it can be given a run. @throws FlowwError RUNTIME_UNAVAILABLE */
  async ready(): Promise<void> {
    await this.#up;
  }

  /** Gives it a run, and resolves when it is free again, or gone. */
  async run(run: FunctionRun, { timeoutMs, calls }: { timeoutMs: number; calls: RunCalls }): Promise<void> {
    const api = await this.#up;
    // This server started it and holds its run: what it asks is answered on the same socket.
    const callBack: CallBack = {
      url: `http://floww${CALLS}`,
      socketPath: `${INSIDE}/${API_SOCKET}`,
      token: randomBytes(24).toString("base64url"),
    };
    this.#asking = { token: callBack.token, calls };
    this.#writtenBefore = this.#output?.written ?? 0;
    const importing = this.#hasLoaded ? undefined : setTimeout(() => this.#failLoad(run), limits.enumerateMs);
    void run.loaded.then(() => clearTimeout(importing));
    const event = run.eventFor(await this.#source(), callBack);
    const { end } = api.invoke(JSON.stringify(event), { timeoutMs, onData: (bytes) => run.receive(bytes) });
    const ended = await end;
    clearTimeout(importing);
    this.#asking = undefined;
    this.#hasLoaded = true;
    if (ended.kind === "response") {
      // Imported once, for good or not: a fresh one tries again.
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

  /** What it wrote past its executor since its run began. */
  get said(): string {
    return this.#output?.since(this.#writtenBefore) ?? "";
  }

  kill(): void {
    if (this.#isKilled) return;
    this.#isKilled = true;
    void this.#insistOnEnd();
  }

  /** A container that is only being made has no name yet to be killed by. */
  async #insistOnEnd(): Promise<void> {
    const gone = this.#ended.promise.then(() => true);
    for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, 1_000)) {
      const isKilled = await this.#docker.ask(["kill", this.name]).then(
        () => true,
        () => false,
      );
      if (isKilled || (await Promise.race([gone, delay(pauseMs, false)]))) return;
    }
  }

  async #start({ place, egress }: ContainerOptions): Promise<RuntimeApi> {
    const shared = join(this.#folder, "in");
    mkdirSync(shared);
    // Whoever it runs as inside has to find its sockets; outside, the folder around it is ours alone.
    chmodSync(shared, 0o755);
    const api = await RuntimeApi.start({
      socketPath: join(shared, API_SOCKET),
      onOther: (asked, answer) => void this.#answer(asked, answer),
    });
    chmodSync(join(shared, API_SOCKET), 0o666);
    if (place.network === "none") {
      const socket = join(shared, EGRESS_SOCKET);
      const proxy = listenEgress(socket, egress);
      this.#proxy = proxy;
      await new Promise<void>((resolve) => proxy.once("listening", resolve));
      chmodSync(socket, 0o666);
    }
    const child = this.#docker.start(containerCommand({ ...place, name: this.name, folder: shared }));
    const output = new OutputTail(child);
    this.#output = output;
    child.once("error", () => void this.#close(api, { code: null, signal: null }, output));
    child.once("close", (code, signal) => void this.#close(api, { code, signal }, output));
    const timer = setTimeout(() => this.kill(), BOOT_MS_MAX);
    await Promise.race([api.asked, this.#ended.promise]);
    clearTimeout(timer);
    if (!this.#isKilled) return api;
    throw await this.#whyUnavailable();
  }

  async #close(
    api: RuntimeApi,
    exit: Pick<ProcessEnd, "code" | "signal">,
    output: OutputTail,
  ): Promise<void> {
    const wasOurs = this.#isKilled;
    this.#isKilled = true;
    const isOutOfMemory = exit.code === KILLED && !wasOurs && (await this.#wasOutOfMemory());
    this.#ended.resolve({
      ...exit,
      lastWords: output.text,
      cause: isOutOfMemory ? "OUT_OF_MEMORY" : undefined,
    });
    api.onRuntimeExit();
    await this.#docker.ask(["rm", "--force", this.name]).catch(() => undefined);
    await api[Symbol.asyncDispose]();
    this.#proxy?.close();
    this.#proxy?.closeAllConnections();
    rmSync(this.#folder, { recursive: true, force: true });
    this.#closed.resolve();
  }

  async #wasOutOfMemory(): Promise<boolean> {
    const args = ["inspect", "--format", "{{.State.OOMKilled}}", this.name];
    return (await this.#docker.ask(args).catch(() => "")) === "true";
  }

  async #whyUnavailable(): Promise<FlowwError> {
    const { code, lastWords } = await this.#ended.promise;
    const said = lastWords === "" ? "" : ` It wrote: ${lastWords}`;
    return new FlowwError("RUNTIME_UNAVAILABLE", `The container ended with exit code ${code}.${said}`);
  }

  #failLoad(run: FunctionRun): void {
    run.fail(tooLate());
    this.kill();
  }

  async #source() {
    const { workflowId, deploymentId, bundle, env } = this.target;
    const file = join(this.#folder, "in", BUNDLE_FILE);
    if (!this.#hasLoaded) {
      const { code, map } = await bundle();
      await Promise.all([writeFile(file, code), writeFile(`${file}.map`, map)]);
    }
    return { workflowId, deploymentId, env: await env(), bundle: { file: `${INSIDE}/${BUNDLE_FILE}` } };
  }

  async #answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const asking = this.#asking;
    if (asked.url !== CALLS || asked.headers.authorization !== `Bearer ${asking?.token}`)
      return void answer.writeHead(401).end();
    try {
      const body = await this.#read(asked);
      const gone = new AbortController();
      answer.once("close", () => gone.abort());
      await pipeline(Readable.from(readAsk(body)(asking!.calls, gone.signal)), answer);
    } catch {
      answer.destroy();
    }
  }

  /** All that is being read at a time is bounded, however many requests it is: who sends more is cut off. */
  async #read(asked: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of asked as AsyncIterable<Buffer>) {
        size += chunk.byteLength;
        this.#readingBytes += chunk.byteLength;
        if (this.#readingBytes > READING_BYTES_MAX) throw new FlowwError("FRAME_INVALID");
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      this.#readingBytes -= size;
    }
  }
}

function tooLate(): FlowwError {
  const seconds = limits.enumerateMs / 1000;
  return new FlowwError(
    "ENUMERATE_TIMEOUT",
    `The workflow's top-level code did not finish within ${seconds} s.`,
  );
}
