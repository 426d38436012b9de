import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OutputTail, RuntimeApi } from "@floww/executor/host";

const EXECUTOR = fileURLToPath(new URL("../../../../packages/executor/dist/executor.cjs", import.meta.url));

/** How an invocation ended, in AWS's words. */
export interface EnvironmentEnd {
  errorCode?: string;
  errorDetails?: string;
  logTail: string;
}

export interface EnvironmentEvent {
  payload: string;
  timeoutMs: number;
  memoryMb: number;
  /** Of a process that ended, AWS says no more than that its answer broke off. */
  saysTruncated: boolean;
  onData(bytes: Buffer): void | Promise<void>;
}

/** One execution environment: the real executor in a process of its own, an event at a time, of one tenant for good. */
export class LambdaEnvironment {
  readonly functionKey: string;
  readonly tenantId: string | undefined;
  readonly #api: RuntimeApi;
  readonly #child: ChildProcess;
  readonly #output: OutputTail;
  readonly #folder: string;
  readonly #closed: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #isBusy = false;
  #idle = Promise.withResolvers<void>();
  #isGone = false;

  private constructor(
    { functionKey, tenantId }: { functionKey: string; tenantId: string | undefined },
    api: RuntimeApi,
    folder: string,
  ) {
    this.functionKey = functionKey;
    this.tenantId = tenantId;
    this.#api = api;
    this.#folder = folder;
    this.#child = spawn(process.execPath, ["--no-warnings", EXECUTOR], {
      env: {
        AWS_LAMBDA_RUNTIME_API: api.host,
        TMPDIR: folder,
        AWS_SECRET_ACCESS_KEY: "of the function's role",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#output = new OutputTail(this.#child);
    this.#closed = new Promise((resolve) => {
      this.#child.once("close", (code, signal) => {
        this.#isGone = true;
        api.onRuntimeExit();
        resolve({ code, signal });
      });
    });
  }

  static async start(key: { functionKey: string; tenantId: string | undefined }): Promise<LambdaEnvironment> {
    const folder = await mkdtemp(join(tmpdir(), "floww-lambda-"));
    return new LambdaEnvironment(key, await RuntimeApi.start(), folder);
  }

  get isIdle(): boolean {
    return !this.#isBusy && !this.#isGone;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** It is nobody else's from now on. */
  take(): void {
    this.#isBusy = true;
    this.#idle = Promise.withResolvers();
  }

  /** Resolves once it has done what it is at. */
  get idle(): Promise<void> {
    return this.#idle.promise;
  }

  async invoke({
    payload,
    timeoutMs,
    memoryMb,
    saysTruncated,
    onData,
  }: EnvironmentEvent): Promise<EnvironmentEnd> {
    const writtenBefore = this.#output.written;
    const { id, end } = this.#api.invoke(payload, { timeoutMs, onData });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#child.kill("SIGKILL");
    }, timeoutMs);
    const ended = await end;
    clearTimeout(timer);
    const log = (used: number) =>
      [
        `START RequestId: ${id} Version: $LATEST`,
        this.#output.since(writtenBefore),
        `END RequestId: ${id}`,
        `REPORT RequestId: ${id}\tDuration: 1.00 ms\tMemory Size: ${memoryMb} MB\tMax Memory Used: ${used} MB\t`,
      ].join("\n");
    if (ended.kind === "response") {
      this.#release();
      return { logTail: "" };
    }
    if (ended.kind === "error") {
      this.#release();
      return { errorCode: ended.type ?? "Unhandled", errorDetails: String(ended.body), logTail: log(60) };
    }
    const seconds = (timeoutMs / 1000).toFixed(2);
    if (isLate) return failed(id, "Sandbox.Timedout", `Task timed out after ${seconds} seconds`, log(60));
    // An answer that breaks off is that of a process which is about to end.
    const { code, signal } = await this.#closed;
    if (saysTruncated) return failed(id, "Runtime.TruncatedResponse", "Response was truncated", log(60));
    // What the memory's limit ends is ended by this signal, and so is what ends itself by it.
    const isMemory = signal === "SIGKILL" && this.#output.text.includes("filling");
    const how =
      signal !== null
        ? `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`
        : code === 0
          ? "Runtime exited without providing a reason"
          : `Runtime exited with error: exit status ${code}`;
    return failed(id, "Runtime.ExitError", how, log(isMemory ? memoryMb : 60));
  }

  #release(): void {
    this.#isBusy = false;
    this.#idle.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
    await this.#api[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
};

function failed(id: string, errorType: string, how: string, logTail: string): EnvironmentEnd {
  const errorMessage = `RequestId: ${id} Error: ${how}`;
  return { errorCode: errorType, errorDetails: JSON.stringify({ errorType, errorMessage }), logTail };
}
