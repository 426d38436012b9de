import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { readAsk } from "../host/answer-ask.ts";
import { FunctionLoad, FunctionRun } from "../host/function-run.ts";
import { OutputTail } from "../host/output-tail.ts";
import { runError } from "../host/received.ts";
import type { Bundle, CallBack } from "../host/run.ts";
import { RuntimeApi } from "../host/runtime-api.ts";
import type { BundleSource } from "../transports/lambda-bundle.ts";
import { RunRecorder } from "./run-recorder.ts";
import {
  NODE_ARGS,
  type OpenOptions,
  type RuntimeUnderTest,
  type StartedRun,
  type StartOptions,
  type TransportUnderTest,
} from "./transport.ts";
import { webhookHead } from "./webhook-head.ts";

const EXECUTOR = fileURLToPath(new URL("../dist/executor.cjs", import.meta.url));

/**
 * The executor as AWS Lambda runs it: one event at a time, and no way to it while it runs but the answers to what it asks.
 * So several runs at once, a cancel and a commit to wait for are not to be had over it.
 */
export const lambdaTransport = overRuntimeApi("the AWS Lambda Runtime API", () => ({}));

/** As a container runs it, which has no network. */
export const lambdaSocketTransport = overRuntimeApi(
  "the AWS Lambda Runtime API on a UNIX socket",
  (folder) => ({ socketPath: join(folder, "api.sock") }),
);

function overRuntimeApi(
  name: string,
  where: (folder: string) => { socketPath?: string },
): TransportUnderTest {
  return {
    name,
    capabilities: new Set(["load", "calls"]),
    open: async (bundle, { env = {} }: OpenOptions = {}) => {
      const server = new ServerBehind(bundle);
      const tmp = await mkdtemp(join(tmpdir(), "floww-lambda-"));
      const [api] = await Promise.all([RuntimeApi.start(where(tmp)), server.start()]);
      return new LambdaUnderTest({ api, server, bundle, env, tmp });
    },
  };
}

interface Parts {
  api: RuntimeApi;
  server: ServerBehind;
  bundle: Bundle;
  env: Record<string, string>;
  /** What is /tmp on Lambda. */
  tmp: string;
}

class LambdaUnderTest implements RuntimeUnderTest {
  readonly #parts: Parts;
  readonly #child: ChildProcess;
  readonly #output: OutputTail;
  readonly closed: Promise<void>;
  #exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#child = spawn(process.execPath, [...NODE_ARGS, EXECUTOR], {
      env: { AWS_LAMBDA_RUNTIME_API: parts.api.host, AWS_SECRET_ACCESS_KEY: "not theirs", TMPDIR: parts.tmp },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#output = new OutputTail(this.#child);
    this.closed = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#exit = { code, signal };
        parts.api.onRuntimeExit();
        resolve();
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async load(): Promise<unknown> {
    const load = new FunctionLoad();
    const timer = setTimeout(() => {
      this.#child.kill("SIGKILL");
      load.fail(new FlowwError("ENUMERATE_TIMEOUT"));
    }, limits.enumerateMs);
    const ended = await this.#parts.api.invoke(JSON.stringify(this.#source), {
      onData: (bytes) => load.receive(bytes),
    }).end;
    clearTimeout(timer);
    if (ended.kind !== "response") load.fail(new FlowwError("RUNTIME_UNAVAILABLE", JSON.stringify(ended)));
    return load.declared;
  }

  start(handlerId: string, options: StartOptions = {}): StartedRun {
    const recorder = new RunRecorder(options);
    const { body = new Uint8Array(0), timeoutMs = 30_000, head = webhookHead() } = options;
    const { executionId } = recorder;
    const { server, api } = this.#parts;
    const run = new FunctionRun(
      {
        target: {
          ...IDS,
          namespaceId: "ns_test",
          bundle: async () => this.#parts.bundle,
          env: async () => ({}),
        },
        ...{ executionId, handlerId, attempt: 1, timeoutMs, event: { head, body: Buffer.from(body) } },
        callBack: server.answerFor(recorder),
      },
      recorder,
    );
    const timer = setTimeout(() => {
      run.endAs({ state: "timed_out", error: runError("RUN_TIMED_OUT") });
      this.#child.kill("SIGKILL");
    }, timeoutMs);
    const invocation = api.invoke(JSON.stringify(run.eventFor(this.#source)), {
      timeoutMs,
      onData: (bytes) => run.receive(bytes),
    });
    void invocation.end.then(async (ended) => {
      if (ended.kind === "response") return run.finish(undefined);
      await this.closed;
      run.sayLastWords(this.#output.text);
      await run.finish({ ...this.#exit!, lastWords: this.#output.text, cause: undefined });
    });
    void run.end.then(() => clearTimeout(timer));
    return recorder.started(run.end, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.closed;
    await this.#parts.api[Symbol.asyncDispose]();
    this.#parts.server.close();
    await rm(this.#parts.tmp, { recursive: true, force: true });
  }

  get #source(): BundleSource {
    const { server, bundle, env } = this.#parts;
    return {
      ...IDS,
      env,
      bundle: {
        url: `${server.url}/bundle`,
        codeBytes: bundle.code.byteLength,
        sha256: createHash("sha256").update(bundle.code).update(bundle.map).digest("hex"),
      },
    };
  }
}

const IDS = { workflowId: "wf_test", deploymentId: "dep_test" };

/** What the function finds at its other end: its bundle, and answers to what its run asks. */
class ServerBehind {
  readonly #server: Server;
  readonly #runs = new Map<string, RunRecorder>();

  constructor({ code, map }: Bundle) {
    this.#server = createServer((request, answer) => {
      if (request.method === "POST") void this.#answer(request, answer);
      else answer.setHeader("connection", "close").end(Buffer.concat([code, map]));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve()));
  }

  answerFor(run: RunRecorder): CallBack {
    this.#runs.set(`Bearer ${run.executionId}`, run);
    return { url: `${this.url}/calls`, token: run.executionId };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const run = this.#runs.get(request.headers.authorization ?? "");
    if (run === undefined) return void answer.writeHead(401).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    // One that goes away ends the vendor call behind it, as at the server's own route.
    const gone = new AbortController();
    answer.once("close", () => gone.abort());
    const frames = readAsk(Buffer.concat(chunks))(run, gone.signal);
    await pipeline(Readable.from(frames), answer).catch(() => undefined);
  }
}
