import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type DockerConfig, readDocker } from "./docker-config.ts";
import { type Environment, invalidVariable } from "./env.ts";
import { type IdentityConfig, readIdentity } from "./identity-config.ts";
import { type KeysConfig, readKeysConfig } from "./keys-config.ts";
import { type LambdaConfig, readLambda } from "./lambda-config.ts";

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
  artifacts: { kind: "disk" } | { kind: "s3"; region: string; bucket: string; prefix: string };
  registry: { kind: "disk" } | { kind: "ecr"; region: string; prefix: string };
  keys: KeysConfig;
  identity: IdentityConfig;
  isolation: "auto" | "bubblewrap" | "permission";
  /** Stop after this long without a request; undefined: never. */
  idleStopMs: number | undefined;
  docker: DockerConfig | undefined;
  lambda: LambdaConfig | undefined;
  /** The executor, built to one file. */
  executorFile: string;
  /** The dashboard's built files. */
  dashboardFolder: string;
  /** Where programs (bwrap, setpriv, unshare) are looked for. */
  path: string;
}

export type RealtimeConfig =
  | { kind: "embedded" }
  | { kind: "centrifugo"; url: URL; apiUrl: URL; apiKey: string; tokenKey: string };

const DEFAULT_PORT = 4400;
const EXECUTOR_FILES = ["./executor.cjs", "../../../packages/executor/dist/executor.cjs"];
const DASHBOARD_FOLDERS = ["./dashboard", "../../dashboard/dist"];
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
    artifacts: readArtifacts(environment.FLOWW_ARTIFACTS),
    registry: readRegistry(environment.FLOWW_REGISTRY),
    keys: readKeysConfig(environment.FLOWW_KEYS),
    identity: readIdentity(environment),
    isolation: readIsolation(environment.FLOWW_ISOLATION),
    docker: readDocker(environment),
    lambda: readLambda(environment),
    idleStopMs: readIdleStop(environment.FLOWW_IDLE_STOP_MINUTES),
    executorFile: locate(EXECUTOR_FILES),
    dashboardFolder: locate(DASHBOARD_FOLDERS),
    path: environment.PATH ?? DEFAULT_PATH,
  };
}

function readList(value = ""): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Beside the built server, and where it is built in the repository. */
function locate(places: readonly string[]): string {
  const [besideUs, inRepository] = places.map((path) => fileURLToPath(new URL(path, import.meta.url)));
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
  // Links, redirects and the dashboard begin at the root of the host.
  if (url.pathname !== "/")
    throw invalidVariable(
      "FLOWW_PUBLIC_URL",
      value,
      `an address without a path, such as ${url.origin}: Floww needs a host name of its own`,
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

function readUrl(name: keyof Environment, value: string, protocol: RegExp): URL {
  const url = URL.parse(value);
  if (url !== null && protocol.test(url.protocol)) return url;
  throw invalidVariable(name, value, `an address that begins with ${protocol.source.slice(1, -2)}://`);
}

const S3 = /^s3:([a-z0-9-]+)\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)$/;

function readArtifacts(value = "disk"): Config["artifacts"] {
  if (value === "disk") return { kind: "disk" };
  const [, region, bucket, path] = S3.exec(value) ?? [];
  if (region !== undefined && bucket !== undefined)
    return { kind: "s3", region, bucket, prefix: path?.slice(1) ?? "" };
  throw invalidVariable(
    "FLOWW_ARTIFACTS",
    value,
    "disk, or s3:<region>/<bucket>[/<prefix>] such as s3:eu-central-1/acme-floww",
  );
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
