import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { Credentials } from "@floww/images";
import { runBuilder } from "./run-builder.ts";

const PROGRAM = "buildctl";

export interface BuildkitBuild {
  /** The Dockerfile, and the folder that it copies from; absolute. */
  file: string;
  context: string;
  /** Where it is pushed: `host/repository:tag`. */
  name: string;
  platform: string | undefined;
  /** As for `docker build`; BuildKit's own client takes build arguments and a target. */
  extra: readonly string[];
}

/** Undefined when a daemon answers; else what is missing. */
export async function findBuildkit(
  variables: Record<string, string | undefined>,
): Promise<string | undefined> {
  return runBuilder(PROGRAM, ["debug", "workers"], variables, () => undefined).then(
    () => undefined,
    (error: FlowwError) => error.message,
  );
}

/** Builds and pushes in one go, as BuildKit keeps no images. @throws FlowwError IMAGE_BUILD_FAILED */
export async function buildWithBuildkit(
  { file, context, name, platform, extra }: BuildkitBuild,
  {
    variables,
    credentials,
    onLine,
  }: {
    variables: Record<string, string | undefined>;
    credentials: Credentials;
    onLine(line: string): void;
  },
): Promise<void> {
  const options = [`filename=${basename(file)}`, ...optionsOf(extra)];
  if (platform !== undefined) options.push(`platform=${platform}`);
  const folder = await mkdtemp(join(tmpdir(), "floww-login-"));
  try {
    const config = await withLogin(variables, { host: name.slice(0, name.indexOf("/")), credentials });
    await writeFile(join(folder, "config.json"), JSON.stringify(config), { mode: 0o600 });
    const args = [
      ...["build", "--progress", "plain", "--frontend", "dockerfile.v0"],
      ...["--local", `context=${context}`, "--local", `dockerfile=${dirname(file)}`],
      ...options.flatMap((option) => ["--opt", option]),
      ...["--output", `type=image,name=${name},push=true`],
    ];
    await runBuilder(PROGRAM, args, { ...variables, DOCKER_CONFIG: folder }, onLine);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `--build-arg NAME=VALUE` and `--target NAME`, also with `=` between. */
function optionsOf(extra: readonly string[]): string[] {
  const options: string[] = [];
  for (let at = 0; at < extra.length; at++) {
    const [, flag, joined] = /^(--build-arg|--target)(?:=(.*))?$/s.exec(extra[at]!) ?? [];
    const value = joined ?? extra[++at];
    if (flag === undefined || value === undefined) throw notTaken(extra.join(" "));
    options.push(flag === "--target" ? `target=${value}` : `build-arg:${value}`);
  }
  return options;
}

function notTaken(extra: string): FlowwError {
  return new FlowwError(
    "IMAGE_BUILD_FAILED",
    `BuildKit's client takes --build-arg and --target of build.extra_options; they are: ${extra}`,
  );
}

/** The author's own logins, which their base images may need, and the one of this push, whatever keeps the others. */
async function withLogin(
  variables: Record<string, string | undefined>,
  { host, credentials: { username, password } }: { host: string; credentials: Credentials },
): Promise<object> {
  const folder = variables.DOCKER_CONFIG ?? join(variables.HOME ?? "", ".docker");
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => "{}");
  const { auths, credHelpers, ...others } = JSON.parse(text) as {
    auths?: object;
    credHelpers?: object;
  };
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    ...others,
    auths: { ...auths, [host]: { auth } },
    credHelpers: { ...credHelpers, [host]: "" },
  };
}
