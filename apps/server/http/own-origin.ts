import { FlowwError } from "@floww/contract/errors";
import { isLoopback } from "../domain/identity/create-auth.ts";

/** On this machine the server has several names; a page that one of them served is ours. */
function isOwnOrigin(origin: string, publicUrl: URL): boolean {
  if (origin === publicUrl.origin) return true;
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin || !isLoopback(publicUrl.hostname)) return false;
  return isLoopback(url.hostname) && url.protocol === publicUrl.protocol && url.port === publicUrl.port;
}

/**
 * A browser names the page that sends a request: what changes something must come from our own. Programs send no
 * Origin; with a session's cookie it must be there, for only browsers have one. @throws FlowwError ORIGIN_REFUSED
 */
export function refuseForeignOrigin(
  request: Request,
  publicUrl: URL,
  { isRequired = false }: { isRequired?: boolean } = {},
): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const origin = request.headers.get("origin");
  if (origin === null ? !isRequired : isOwnOrigin(origin, publicUrl)) return;
  const shown = origin === null ? "no page of ours" : origin.slice(0, 200);
  throw new FlowwError("ORIGIN_REFUSED", `Requests from ${shown} are not taken.`);
}
