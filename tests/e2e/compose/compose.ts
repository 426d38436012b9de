import { execFile, spawnSync } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { DockerEngine } from "../../../apps/server/testing/docker-engine.ts";

const run = promisify(execFile);
const deploy = fileURLToPath(new URL("../../../deploy", import.meta.url));
const PROGRAM = "docker-compose";

/** Version 2: the first one has the same name and another language. */
export const hasCompose = spawnSync(PROGRAM, ["version"], { encoding: "utf8" }).stdout?.startsWith(
  "Docker Compose version",
);

/** deploy/ as somebody has it who cloned the repository, with an .env of its own. */
export interface Composition extends AsyncDisposable {
  /** Resolves with what it printed to stdout; rejects with `stderr` when it fails. */
  compose(...args: string[]): Promise<string>;
  writeEnv(values: Readonly<Record<string, string>>): Promise<void>;
}

export async function openComposition(engine: DockerEngine): Promise<Composition> {
  const folder = await mkdtemp(join(tmpdir(), "floww-compose-"));
  await cp(deploy, folder, { recursive: true, filter: (path) => !path.endsWith(".env") });
  const file = join(folder, "compose.yaml");
  const compose = async (...args: string[]) => {
    const options = { env: engine.env, cwd: tmpdir(), maxBuffer: 16 * 1024 * 1024 };
    const { stdout } = await run(PROGRAM, ["--file", file, ...args], options);
    return stdout.trim();
  };
  return {
    compose,
    writeEnv: (values) =>
      writeFile(
        join(folder, ".env"),
        Object.entries(values)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(""),
      ),
    [Symbol.asyncDispose]: async () => {
      await compose("down", "--volumes", "--timeout", "30");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
