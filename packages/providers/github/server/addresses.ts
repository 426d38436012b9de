import { isIPv4 } from "node:net";
import { FlowwError } from "@floww/contract/errors";
import type { Fields } from "../../provider-server.ts";

export const CANONICAL_BASE = "https://api.github.com";

/** What GitHub's own cloud is called; everything else is a server of somebody's own. */
const CLOUD = /^((www|api)\.)?github\.com$/;
/** GitHub Enterprise Cloud with data residency: `octocorp.ghe.com` has its API at `api.octocorp.ghe.com`. */
const RESIDENT_CLOUD = /^(?:api\.)?([a-z0-9-]+\.ghe\.com)$/;
const ENTERPRISE_PATH = "/api/v3";

/** Where the API of a connection is, without a trailing slash. */
export function apiBase(fields: Fields): string {
  const url = serverUrl(fields);
  if (url === undefined || CLOUD.test(url.hostname)) return CANONICAL_BASE;
  const resident = RESIDENT_CLOUD.exec(url.hostname);
  if (resident !== null) return `https://api.${resident[1]}`;
  const address = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  const isApi = url.hostname.startsWith("api.") || address.endsWith(ENTERPRISE_PATH);
  return isApi ? address : `${address}${ENTERPRISE_PATH}`;
}

/** Release assets go to a host of their own in the cloud; a server takes them beside its API. */
export function apiOrigins(fields: Fields): string[] {
  const { origin } = new URL(apiBase(fields));
  if (origin === CANONICAL_BASE) return [origin, "https://uploads.github.com"];
  const resident = RESIDENT_CLOUD.exec(new URL(origin).hostname);
  return resident === null ? [origin] : [origin, `https://uploads.${resident[1]}`];
}

/** @throws FlowwError PROVIDER_FIELDS_INVALID */
export function checkServerUrl(fields: Fields): void {
  const url = serverUrl(fields);
  if (url === undefined) return;
  const isEncrypted = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  if (!isEncrypted) throw invalid("must begin with https://; only a loopback address may be http://");
  if (url.username !== "" || url.password !== "") throw invalid("must hold no user name or password");
  if (url.search !== "" || url.hash !== "") throw invalid("must end before any ? or #");
}

function serverUrl({ server_url = "" }: Fields): URL | undefined {
  if (server_url.trim() === "") return undefined;
  const url = URL.parse(server_url.trim());
  if (url === null) throw invalid("is no address such as https://github.example.com");
  return url;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}

function invalid(what: string): FlowwError {
  return new FlowwError("PROVIDER_FIELDS_INVALID", `server_url ${what}.`);
}
