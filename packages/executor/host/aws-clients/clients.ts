import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Both speak to the Runtime API by code of AWS's own. */
const GO_CLIENT = "github.com/aws/aws-lambda-go@v1.55.1";
const PYTHON_CLIENT = "4.2.2";
/** A runtime of AWS's around one of the handlers beside this file. */
export interface AwsClient extends AsyncDisposable {
  start(api: string, env?: Record<string, string>): ChildProcess;
}

/** Those that this machine has: what is there is used, and nothing is fetched by a test. */
export function findAwsClients(env: NodeJS.ProcessEnv): {
  [Client in "go" | "python"]?: () => Promise<AwsClient>;
} {
  const offline = { ...env, GOFLAGS: "-mod=mod", GOPROXY: "off", CGO_ENABLED: "0" };
  const python = env.AWSLAMBDARIC_PYTHON ?? "python3";
  const isThere = `from importlib.metadata import version; assert version("awslambdaric") == "${PYTHON_CLIENT}"`;
  const has = (program: string, args: string[]) =>
    spawnSync(program, args, { env: offline, cwd: tmpdir() }).status === 0;
  return {
    ...(has("go", ["mod", "download", GO_CLIENT]) && { go: () => buildGoClient(offline) }),
    ...(has(python, ["-c", isThere]) && { python: async () => pythonClient(python, env) }),
  };
}

async function buildGoClient(env: NodeJS.ProcessEnv): Promise<AwsClient> {
  const folder = await mkdtemp(join(tmpdir(), "floww-go-"));
  const [module, version] = GO_CLIENT.split("@");
  await writeFile(join(folder, "go.mod"), `module peer\n\ngo 1.21\n\nrequire ${module} ${version}\n`);
  await copyFile(join(import.meta.dirname, "handler.go"), join(folder, "main.go"));
  await run("go", ["build", "-o", "peer", "."], { cwd: folder, env });
  return {
    start: (api, more = {}) => begin([join(folder, "peer")], { AWS_LAMBDA_RUNTIME_API: api, ...more }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function pythonClient(python: string, { PATH }: NodeJS.ProcessEnv): AwsClient {
  const own = { PATH, PYTHONDONTWRITEBYTECODE: "1" };
  const command = [python, "-m", "awslambdaric", "handler.handle"];
  return {
    start: (api, more = {}) => begin(command, { ...own, AWS_LAMBDA_RUNTIME_API: api, ...more }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function begin([program, ...args]: string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(program!, args, { cwd: import.meta.dirname, env, stdio: "ignore" });
}
