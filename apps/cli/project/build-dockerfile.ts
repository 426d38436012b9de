import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { Credentials, Repository } from "@floww/images";
import { buildWithBuildkit, findBuildkit } from "./build-with-buildkit.ts";
import type { BuildSettings } from "./read-project.ts";
import { runBuilder } from "./run-builder.ts";

export interface DockerfileOptions {
  /** Where the image of the Dockerfile goes. */
  to: Repository;
  credentials: Credentials;
  /** The author's own environment: what finds their container engine. */
  variables: Record<string, string | undefined>;
  onLine(line: string): void;
}

interface Engine {
  program: string;
  ask(args: readonly string[], more?: Record<string, string>): Promise<string>;
}

const PLATFORMS = { x64: "linux/amd64", arm64: "linux/arm64" } as const;
const TAG_CHARACTERS = 24;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/**
 * Builds the author's Dockerfile with Docker, podman or BuildKit, whichever answers, and pushes what comes of it; resolves with
 * its tag. @throws FlowwError IMAGE_BUILDER_MISSING, IMAGE_BUILD_FAILED
 */
export async function buildDockerfile(
  { folder, build }: { folder: string; build: BuildSettings },
  options: DockerfileOptions,
): Promise<string> {
  const { dockerfile = "Dockerfile", context = ".", extra_options: extra = [], architecture } = build;
  const engine = await findEngine(options);
  const file = resolve(folder, dockerfile);
  // One tag a project: the next build takes the place of this one.
  const tag = createHash("sha256").update(file).digest("hex").slice(0, TAG_CHARACTERS);
  const { registry, repository } = options.to;
  const name = `${registry.host}/${repository}:${tag}`;
  const platform = architecture === undefined ? [] : ["--platform", PLATFORMS[architecture]];
  if (engine === "buildkit") {
    await buildWithBuildkit(
      { file, context: resolve(folder, context), name, platform: platform[1], extra },
      options,
    );
    return tag;
  }
  await engine.ask(["build", "--file", file, "--tag", name, ...platform, ...extra, resolve(folder, context)]);
  await push(engine, name, options);
  return tag;
}

async function findEngine({ variables, onLine }: DockerfileOptions): Promise<Engine | "buildkit"> {
  const reasons: string[] = [];
  for (const program of ["docker", "podman"]) {
    const engine: Engine = {
      program,
      ask: (args, more) => runBuilder(program, args, { ...variables, ...more }, onLine),
    };
    try {
      // Its client alone builds nothing.
      await runBuilder(program, ["version", "--format", "{{.Server.Version}}"], variables, () => undefined);
      return engine;
    } catch (error) {
      reasons.push((error as FlowwError).message);
    }
  }
  const missing = await findBuildkit(variables);
  if (missing === undefined) return "buildkit";
  reasons.push(missing);
  throw new FlowwError(
    "IMAGE_BUILDER_MISSING",
    `build.dockerfile needs a container engine. ${reasons.join(" ")}`,
  );
}

/** With a login of this push only: nobody's own configuration is read or written. */
async function push(
  { program, ask }: Engine,
  name: string,
  { to, credentials }: DockerfileOptions,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "floww-login-"));
  try {
    const { username, password } = credentials;
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const file = join(folder, "config.json");
    await writeFile(file, JSON.stringify({ auths: { [to.registry.host]: { auth } } }), { mode: 0o600 });
    if (program === "podman") {
      const plain = LOOPBACK.test(to.registry.host) ? ["--tls-verify=false"] : [];
      await ask(["push", "--authfile", file, ...plain, name]);
      return;
    }
    // Another configuration knows no contexts: what the author's own leads to has to be said.
    const host = await ask(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
    await ask(["--config", folder, "push", "--quiet", name], host === "" ? {} : { DOCKER_HOST: host });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
