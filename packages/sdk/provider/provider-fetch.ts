import { bundleAbi, type ProviderName } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";

const REDIRECTS_MAX = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A `fetch` whose calls leave through Floww's provider gateway, which adds the credential: what a vendor's own client is
 * given. A redirect to another origin is followed without the credential.
 *
 * @throws FlowwError TOP_LEVEL_CALL, NO_EXECUTOR, OPERATION_UNKNOWN, PROVIDER_CALL_REFUSED, PROVIDER_UNDECLARED, PROVIDER_UNREACHABLE
 */
export function createProviderFetch(connection: ProviderName): typeof fetch {
  return async (input, init) => {
    let request = new Request(input, init);
    const { origin } = new URL(request.url);
    for (let redirects = 0; ; redirects++) {
      // The original is kept: the next hop may need its body again.
      const sent = request.clone() as Request;
      const isOwn = new URL(request.url).origin === origin;
      const response = await (isOwn ? callGateway(connection, sent) : fetch(sent, { redirect: "manual" }));
      const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
      if (location === null || request.redirect === "manual") return response;
      if (request.redirect === "error" || redirects === REDIRECTS_MAX)
        throw new TypeError(`fetch failed: ${request.url} redirects`);
      await response.body?.cancel();
      request = await redirected(request, response.status, location);
    }
  };
}

/** The Fetch standard's rules: 303 makes a GET of anything but HEAD, 301 and 302 make one of POST. */
async function redirected(request: Request, status: number, location: string): Promise<Request> {
  const url = new URL(location, request.url);
  const { signal, redirect } = request;
  const becomesGet =
    (status === 303 && request.method !== "HEAD") || (status <= 302 && request.method === "POST");
  const method = becomesGet ? "GET" : request.method;
  const headers = new Headers(request.headers);
  if (url.origin !== new URL(request.url).origin) headers.delete("authorization");
  if (becomesGet) headers.delete("content-type");
  const body = method === "GET" || method === "HEAD" ? null : await request.arrayBuffer();
  return new Request(url, { method, headers, body, signal, redirect });
}

async function callGateway(connection: ProviderName, request: Request): Promise<Response> {
  const { host } = bundleAbi();
  if (host === undefined) throw new FlowwError("NO_EXECUTOR");
  if (host.fetch === undefined)
    throw new FlowwError("OPERATION_UNKNOWN", `This server cannot call ${connection.type} for a workflow.`);
  return host.fetch(connection, request);
}
