import { FlowwError } from "@floww/contract/errors";

/** The only reader of `process.env`: every variable that the server knows, with its meaning. */
export interface Environment {
  /** State folder; default `~/.floww`. */
  FLOWW_HOME?: string;
  /** Port to listen on; default 4400, 0 for a free one. */
  FLOWW_PORT?: string;
  /** Address to listen on; default 127.0.0.1. */
  FLOWW_HOST?: string;
  /** The address that people and vendors use, when it is not the one we listen on. */
  FLOWW_PUBLIC_URL?: string;
  /** Comma-separated addresses or CIDR blocks whose X-Forwarded-* headers are believed. */
  FLOWW_TRUSTED_PROXIES?: string;
  /** Comma-separated addresses or CIDR blocks, not on the public internet, that workflows and providers may reach. */
  FLOWW_ALLOW_ADDRESSES?: string;
  /** Use this PostgreSQL instead of the embedded one. */
  DATABASE_URL?: string;
  /** Where bundles and big values lie: `disk` (default), or Amazon S3 as `s3:<region>/<bucket>[/<prefix>]`. */
  FLOWW_ARTIFACTS?: string;
  /** Where the registry keeps blobs: `disk` (default), or Amazon ECR as `ecr:<region>/<prefix>`. */
  FLOWW_REGISTRY?: string;
  /** What protects the database's keys: `file` (default), or AWS KMS as `kms:<region>/<key id>`. */
  FLOWW_KEYS?: string;
  /** `auto` (default), `bubblewrap` (or refuse to start), `permission`. */
  FLOWW_ISOLATION?: string;
  /** Run workflows in containers too, where they or their namespace say so: `docker`, `podman`, or the path of one. */
  FLOWW_DOCKER?: string;
  /** An image with Node 24, which the stock runtime image is built on; default `public.ecr.aws/lambda/nodejs:24`. */
  FLOWW_DOCKER_BASE?: string;
  /** `none` (default): out by the server's egress proxy only. Or a network of the engine's that containers join. */
  FLOWW_DOCKER_NETWORK?: string;
  /** Where the container engine listens, when not where its program looks by itself. */
  DOCKER_HOST?: string;
  /** Stop after this long without a request; default: never. Set by `floww dev`, which starts a server for itself. */
  FLOWW_IDLE_STOP_MINUTES?: string;
  /** Use this Centrifugo instead of the embedded broker: where clients connect, `wss://rt.example.com/connection/websocket`. */
  FLOWW_CENTRIFUGO_URL?: string;
  /** Its HTTP API, as this server reaches it: `http://centrifugo:8000/api`. */
  FLOWW_CENTRIFUGO_API_URL?: string;
  /** `http_api.key` of its configuration. */
  FLOWW_CENTRIFUGO_API_KEY?: string;
  /** `client.token.hmac_secret_key` of its configuration; 32 bytes at least. */
  FLOWW_CENTRIFUGO_TOKEN_KEY?: string;
  /** Sign people in by this OpenID Connect issuer instead of by passwords: `https://accounts.example.com`. */
  FLOWW_OIDC_ISSUER?: string;
  /** The client that the issuer knows this server as. */
  FLOWW_OIDC_CLIENT_ID?: string;
  /** Its secret. */
  FLOWW_OIDC_CLIENT_SECRET?: string;
  /** Sign people in by WorkOS (AuthKit), which also keeps organizations and who belongs to them: `client_…`. */
  FLOWW_WORKOS_CLIENT_ID?: string;
  /** `sk_…`. */
  FLOWW_WORKOS_API_KEY?: string;
  /** Signs what WorkOS sends to `<public url>/identity/events`. */
  FLOWW_WORKOS_WEBHOOK_SECRET?: string;
  /** Comma-separated `org_…` that belong to this server, the first is the one that it began with; default: all. */
  FLOWW_WORKOS_ORGANIZATIONS?: string;
  /** Comma-separated `slug=role`, beside `owner`, `admin`, `developer`, `viewer`, and `member=viewer`. */
  FLOWW_WORKOS_ROLES?: string;
  /** The domain that WorkOS serves its API under for you; default `https://api.workos.com`. */
  FLOWW_WORKOS_API_URL?: string;
  /** Offer the driver `lambda`, in this region of AWS: `eu-central-1`. It needs FLOWW_PUBLIC_URL, where its functions ask. */
  FLOWW_LAMBDA?: string;
  /** The role that its functions run as: `arn:aws:iam::123456789012:role/floww-runtime`. */
  FLOWW_LAMBDA_ROLE?: string;
  /** The log group that its functions write to: `/floww/functions`. Default: AWS's own, one a function. */
  FLOWW_LAMBDA_LOGS?: string;
  /** The runtime image of what needs no image of its own, for x64: `<account>.dkr.ecr.<region>.amazonaws.com/…@sha256:…`. */
  FLOWW_LAMBDA_IMAGE?: string;
  /** The same for arm64. One of them is needed. */
  FLOWW_LAMBDA_IMAGE_ARM64?: string;
  HOME?: string;
  PATH?: string;
}

const NAMES = [
  "FLOWW_HOME",
  "FLOWW_PORT",
  "FLOWW_HOST",
  "FLOWW_PUBLIC_URL",
  "FLOWW_TRUSTED_PROXIES",
  "FLOWW_ALLOW_ADDRESSES",
  "DATABASE_URL",
  "FLOWW_ARTIFACTS",
  "FLOWW_REGISTRY",
  "FLOWW_KEYS",
  "FLOWW_ISOLATION",
  "FLOWW_DOCKER",
  "FLOWW_DOCKER_BASE",
  "FLOWW_DOCKER_NETWORK",
  "DOCKER_HOST",
  "FLOWW_IDLE_STOP_MINUTES",
  "FLOWW_CENTRIFUGO_URL",
  "FLOWW_CENTRIFUGO_API_URL",
  "FLOWW_CENTRIFUGO_API_KEY",
  "FLOWW_CENTRIFUGO_TOKEN_KEY",
  "FLOWW_OIDC_ISSUER",
  "FLOWW_OIDC_CLIENT_ID",
  "FLOWW_OIDC_CLIENT_SECRET",
  "FLOWW_WORKOS_CLIENT_ID",
  "FLOWW_WORKOS_API_KEY",
  "FLOWW_WORKOS_WEBHOOK_SECRET",
  "FLOWW_WORKOS_ORGANIZATIONS",
  "FLOWW_WORKOS_ROLES",
  "FLOWW_WORKOS_API_URL",
  "FLOWW_LAMBDA",
  "FLOWW_LAMBDA_ROLE",
  "FLOWW_LAMBDA_LOGS",
  "FLOWW_LAMBDA_IMAGE",
  "FLOWW_LAMBDA_IMAGE_ARM64",
  "HOME",
  "PATH",
] as const satisfies (keyof Environment)[];

export function readEnvironment(): Environment {
  const environment: Environment = {};
  for (const name of NAMES) {
    const value = process.env[name];
    if (value !== undefined && value !== "") environment[name] = value;
  }
  return environment;
}

export function invalidVariable(name: keyof Environment, value: string, wanted: string): FlowwError {
  return new FlowwError("CONFIG_INVALID", `${name} is "${value}"; it must be ${wanted}.`);
}
