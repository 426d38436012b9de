import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Environment, invalidVariable } from "./env.ts";

export interface Config {
  home: string;
  listen: { host: string; port: number };
  /** Where people and vendors reach us; undefined: where we listen. */
  publicUrl: URL | undefined;
  trustedProxies: string[];
  /** What workflows and providers may reach beside the public internet. */
  allowAddresses: string[];
  database: { kind: "embedded"; folder: string } | { kind: "external"; url: string };
  realtime: RealtimeConfig;
  registry: { kind: "disk" } | { kind: "ecr"; region: string; prefix: string };
  identity: IdentityConfig;
  isolation: "auto" | "bubblewrap" | "permission";
  /** Stop after this long without a request; undefined: never. */
  idleStopMs: number | undefined;
  docker: DockerConfig | undefined;
  lambda: LambdaConfig | undefined;
  /** The executor, built to one file. */
  executorFile: string;
  /** Where programs (bwrap, setpriv, unshare) are looked for. */
  path: string;
}

export type RealtimeConfig =
  | { kind: "embedded" }
  | { kind: "centrifugo"; url: URL; apiUrl: URL; apiKey: string; tokenKey: string };

/** Workflows may run in containers of this machine. */
export interface DockerConfig {
  program: string;
  base: string;
  network: string;
  /** What the program needs to find its engine. */
  env: Record<string, string>;
}

/** Workflows may run as functions on AWS Lambda. */
export interface LambdaConfig {
  region: string;
  roleArn: string;
  /** By digest, in Amazon ECR; one at least. */
  images: { x64?: string; arm64?: string };
}

/** What tells who a person is; organizations, roles and sessions are ours whatever it is. */
export type IdentityConfig =
  | { kind: "embedded" }
  | { kind: "oidc"; issuer: URL; clientId: string; clientSecret: string };

const DEFAULT_PORT = 4400;
const EXECUTOR_FILES = ["./executor.cjs", "../../../packages/executor/dist/executor.cjs"];
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** @throws FlowwError CONFIG_INVALID that names the variable. */
export function readConfig(environment: Environment): Config {
  const home = resolve(environment.FLOWW_HOME ?? join(environment.HOME ?? homedir(), ".floww"));
  return {
    home,
    listen: { host: environment.FLOWW_HOST ?? "127.0.0.1", port: readPort(environment.FLOWW_PORT) },
    publicUrl: readPublicUrl(environment.FLOWW_PUBLIC_URL),
    trustedProxies: readList(environment.FLOWW_TRUSTED_PROXIES),
    allowAddresses: readList(environment.FLOWW_ALLOW_ADDRESSES),
    database:
      environment.DATABASE_URL === undefined
        ? { kind: "embedded", folder: join(home, "postgres") }
        : { kind: "external", url: readDatabaseUrl(environment.DATABASE_URL) },
    realtime: readRealtime(environment),
    registry: readRegistry(environment.FLOWW_REGISTRY),
    identity: readIdentity(environment),
    isolation: readIsolation(environment.FLOWW_ISOLATION),
    docker: readDocker(environment),
    lambda: readLambda(environment),
    idleStopMs: readIdleStop(environment.FLOWW_IDLE_STOP_MINUTES),
    executorFile: locateExecutor(),
    path: environment.PATH ?? DEFAULT_PATH,
  };
}

function readList(value = ""): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Beside the built server, and in packages/ in the repository. */
function locateExecutor(): string {
  const [besideUs, inRepository] = EXECUTOR_FILES.map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return existsSync(besideUs!) ? besideUs! : inRepository!;
}

function readPort(value: string | undefined): number {
  if (value === undefined) return DEFAULT_PORT;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw invalidVariable("FLOWW_PORT", value, "a port from 0 to 65535");
  return port;
}

function readIdleStop(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const minutes = Number(value);
  if (!(minutes > 0)) throw invalidVariable("FLOWW_IDLE_STOP_MINUTES", value, "a number of minutes above 0");
  return minutes * 60_000;
}

function readPublicUrl(value: string | undefined): URL | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  const isPlain =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.search === "" &&
    url.hash === "" &&
    url.username === "";
  if (!isPlain)
    throw invalidVariable(
      "FLOWW_PUBLIC_URL",
      value,
      "an http or https address such as https://floww.example.com",
    );
  return url;
}

function readDatabaseUrl(value: string): string {
  const url = URL.parse(value);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw invalidVariable(
      "DATABASE_URL",
      "…",
      "an address such as postgres://user:password@host:5432/database",
    );
  }
  return value;
}

const TOKEN_KEY_BYTES_MIN = 32;

function readRealtime(environment: Environment): RealtimeConfig {
  const names = [
    "FLOWW_CENTRIFUGO_URL",
    "FLOWW_CENTRIFUGO_API_URL",
    "FLOWW_CENTRIFUGO_API_KEY",
    "FLOWW_CENTRIFUGO_TOKEN_KEY",
  ] as const;
  const [url, apiUrl, apiKey, tokenKey] = names.map((name) => environment[name]);
  if (url === undefined && apiUrl === undefined && apiKey === undefined && tokenKey === undefined)
    return { kind: "embedded" };
  const missing = names.find((name) => environment[name] === undefined);
  if (missing !== undefined) throw invalidVariable(missing, "", "set, as the other FLOWW_CENTRIFUGO_* are");
  if (Buffer.byteLength(tokenKey!) < TOKEN_KEY_BYTES_MIN)
    throw invalidVariable("FLOWW_CENTRIFUGO_TOKEN_KEY", "…", `${TOKEN_KEY_BYTES_MIN} bytes long at least`);
  return {
    kind: "centrifugo",
    url: readUrl("FLOWW_CENTRIFUGO_URL", url!, /^wss?:$/),
    apiUrl: readUrl("FLOWW_CENTRIFUGO_API_URL", apiUrl!, /^https?:$/),
    apiKey: apiKey!,
    tokenKey: tokenKey!,
  };
}

const RUNTIME_BASE = "public.ecr.aws/lambda/nodejs:24";

function readDocker(environment: Environment): DockerConfig | undefined {
  const { FLOWW_DOCKER: program, FLOWW_DOCKER_BASE, FLOWW_DOCKER_NETWORK, DOCKER_HOST } = environment;
  if (program === undefined) return undefined;
  if (!/^[\w./-]+$/.test(program))
    throw invalidVariable("FLOWW_DOCKER", program, "docker, podman, or the path of one of them");
  const network = FLOWW_DOCKER_NETWORK ?? "none";
  if (network === "host")
    throw invalidVariable(
      "FLOWW_DOCKER_NETWORK",
      network,
      "none, or a network of the engine's; never the host's",
    );
  return {
    program,
    network,
    base: FLOWW_DOCKER_BASE ?? RUNTIME_BASE,
    env: {
      HOME: environment.HOME ?? homedir(),
      ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }),
    },
  };
}

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;

function readLambda(environment: Environment): LambdaConfig | undefined {
  const { FLOWW_LAMBDA: region, FLOWW_LAMBDA_ROLE: roleArn = "" } = environment;
  if (region === undefined) return undefined;
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw invalidVariable("FLOWW_LAMBDA", region, "a region such as eu-central-1");
  if (!ROLE.test(roleArn))
    throw invalidVariable(
      "FLOWW_LAMBDA_ROLE",
      roleArn,
      "the ARN of a role such as arn:aws:iam::123456789012:role/floww",
    );
  if (environment.FLOWW_PUBLIC_URL === undefined)
    throw invalidVariable("FLOWW_PUBLIC_URL", "", "set: functions on AWS Lambda ask the server there");
  const images: LambdaConfig["images"] = {};
  for (const [name, architecture] of [
    ["FLOWW_LAMBDA_IMAGE", "x64"],
    ["FLOWW_LAMBDA_IMAGE_ARM64", "arm64"],
  ] as const) {
    const image = environment[name];
    if (image === undefined) continue;
    if (!ECR_IMAGE.test(image)) throw invalidVariable(name, image, "an image in Amazon ECR, by its digest");
    images[architecture] = image;
  }
  if (images.x64 === undefined && images.arm64 === undefined)
    throw invalidVariable(
      "FLOWW_LAMBDA_IMAGE",
      "",
      "set, or FLOWW_LAMBDA_IMAGE_ARM64: what functions are made of",
    );
  return { region, roleArn, images };
}

function readIdentity(environment: Environment): IdentityConfig {
  const names = ["FLOWW_OIDC_ISSUER", "FLOWW_OIDC_CLIENT_ID", "FLOWW_OIDC_CLIENT_SECRET"] as const;
  const [issuer, clientId, clientSecret] = names.map((name) => environment[name]);
  if (issuer === undefined && clientId === undefined && clientSecret === undefined)
    return { kind: "embedded" };
  const missing = names.find((name) => environment[name] === undefined);
  if (missing !== undefined) throw invalidVariable(missing, "", "set, as the other FLOWW_OIDC_* are");
  const url = URL.parse(issuer!);
  // Who can change what the issuer says becomes anybody; over plain http that is everybody on the way.
  const isPrivate = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (url === null || !isPrivate || url.search !== "" || url.hash !== "" || url.username !== "")
    throw invalidVariable(
      "FLOWW_OIDC_ISSUER",
      issuer!,
      "an https address such as https://accounts.example.com",
    );
  return { kind: "oidc", issuer: url, clientId: clientId!, clientSecret: clientSecret! };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function readUrl(name: keyof Environment, value: string, protocol: RegExp): URL {
  const url = URL.parse(value);
  if (url !== null && protocol.test(url.protocol)) return url;
  throw invalidVariable(name, value, `an address that begins with ${protocol.source.slice(1, -2)}://`);
}

function readRegistry(value = "disk"): Config["registry"] {
  if (value === "disk") return { kind: "disk" };
  const [, region, prefix] = /^ecr:([a-z0-9-]+)\/([a-z0-9]+(?:[._-][a-z0-9]+)*)$/.exec(value) ?? [];
  if (region !== undefined && prefix !== undefined) return { kind: "ecr", region, prefix };
  throw invalidVariable(
    "FLOWW_REGISTRY",
    value,
    "disk, or ecr:<region>/<prefix> such as ecr:eu-central-1/floww",
  );
}

function readIsolation(value: string | undefined): Config["isolation"] {
  if (value === undefined) return "auto";
  if (value === "auto" || value === "bubblewrap" || value === "permission") return value;
  throw invalidVariable("FLOWW_ISOLATION", value, "auto, bubblewrap or permission");
}
