import { type Role, roles } from "@floww/contract/api";
import { type Environment, invalidVariable } from "./env.ts";

/** What tells who a person is; organizations, roles and sessions are ours whatever it is. */
export type IdentityConfig =
  | { kind: "embedded" }
  | { kind: "oidc"; issuer: URL; clientId: string; clientSecret: string }
  | WorkosConfig;

export interface WorkosConfig {
  kind: "workos";
  clientId: string;
  apiKey: string;
  webhookSecret: string;
  apiUrl: URL;
  /** Its organizations that belong here; empty: all of them. */
  organizations: string[];
  /** By the slug that they have there. */
  roles: Record<string, Role>;
}

const OIDC = ["FLOWW_OIDC_ISSUER", "FLOWW_OIDC_CLIENT_ID", "FLOWW_OIDC_CLIENT_SECRET"] as const;
const WORKOS = ["FLOWW_WORKOS_CLIENT_ID", "FLOWW_WORKOS_API_KEY", "FLOWW_WORKOS_WEBHOOK_SECRET"] as const;
const WORKOS_BESIDE = ["FLOWW_WORKOS_ORGANIZATIONS", "FLOWW_WORKOS_ROLES", "FLOWW_WORKOS_API_URL"] as const;
const DEFAULT_API_URL = "https://api.workos.com";
/** `member` is what WorkOS gives to everybody who was given nothing else. */
const DEFAULT_ROLES: Record<string, Role> = {
  ...(Object.fromEntries(roles.map((role) => [role, role])) as Record<Role, Role>),
  member: "viewer",
};

export function readIdentity(environment: Environment): IdentityConfig {
  const isOidc = OIDC.some((name) => environment[name] !== undefined);
  const isWorkos = [...WORKOS, ...WORKOS_BESIDE].some((name) => environment[name] !== undefined);
  if (isOidc && isWorkos)
    throw invalidVariable("FLOWW_WORKOS_CLIENT_ID", "…", "left out where FLOWW_OIDC_* are set, or they are");
  if (isOidc) return readOidc(environment);
  return isWorkos ? readWorkos(environment) : { kind: "embedded" };
}

function readOidc(environment: Environment): IdentityConfig {
  const [issuer, clientId, clientSecret] = readAll(environment, OIDC, "FLOWW_OIDC_*");
  // Who can change what the issuer says becomes anybody.
  const url = readPrivateUrl("FLOWW_OIDC_ISSUER", issuer!, "https://accounts.example.com");
  return { kind: "oidc", issuer: url, clientId: clientId!, clientSecret: clientSecret! };
}

function readWorkos(environment: Environment): WorkosConfig {
  const [clientId, apiKey, webhookSecret] = readAll(environment, WORKOS, "FLOWW_WORKOS_*");
  const apiUrl = environment.FLOWW_WORKOS_API_URL ?? DEFAULT_API_URL;
  return {
    kind: "workos",
    clientId: clientId!,
    apiKey: apiKey!,
    webhookSecret: webhookSecret!,
    apiUrl: readPrivateUrl("FLOWW_WORKOS_API_URL", apiUrl, DEFAULT_API_URL, { isOrigin: true }),
    organizations: readOrganizations(environment.FLOWW_WORKOS_ORGANIZATIONS),
    roles: { ...DEFAULT_ROLES, ...readRoles(environment.FLOWW_WORKOS_ROLES) },
  };
}

function readAll(
  environment: Environment,
  names: readonly (keyof Environment)[],
  family: string,
): (string | undefined)[] {
  const missing = names.find((name) => environment[name] === undefined);
  if (missing !== undefined) throw invalidVariable(missing, "", `set, as the other ${family} are`);
  return names.map((name) => environment[name]);
}

function readOrganizations(value = ""): string[] {
  const ids = splitList(value);
  const wrong = ids.find((id) => !/^org_\w{1,60}$/.test(id));
  if (wrong === undefined) return ids;
  throw invalidVariable(
    "FLOWW_WORKOS_ORGANIZATIONS",
    wrong,
    "ids of WorkOS organizations (org_…) with commas between",
  );
}

function readRoles(value = ""): Record<string, Role> {
  const pairs = splitList(value).map((pair) => {
    const [, slug, name] = /^([\w-]{1,64})=(\w+)$/.exec(pair) ?? [];
    const role = roles.find((known) => known === name);
    if (slug !== undefined && role !== undefined) return [slug, role];
    throw invalidVariable(
      "FLOWW_WORKOS_ROLES",
      pair,
      `slugs with roles (${roles.join(", ")}), such as member=developer`,
    );
  });
  return Object.fromEntries(pairs) as Record<string, Role>;
}

function splitList(value: string): string[] {
  return value
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Over plain http everybody on the way can change what is said; on this machine there is nobody on it. */
function readPrivateUrl(
  name: keyof Environment,
  value: string,
  example: string,
  { isOrigin = false }: { isOrigin?: boolean } = {},
): URL {
  const url = URL.parse(value);
  const isPrivate = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  const isPlain = url?.search === "" && url.hash === "" && url.username === "";
  if (url === null || !isPrivate || !isPlain || (isOrigin && url.pathname !== "/"))
    throw invalidVariable(name, value, `an https address such as ${example}`);
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}
