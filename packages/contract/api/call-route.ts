import { FlowwError, isErrorCode } from "../errors/errors.ts";

export interface ClientOptions {
  serverUrl: string;
  token?: string;
  fetch?: typeof globalThis.fetch;
}

/** What a request of a route is made of. */
export interface RouteShape {
  method: string;
  path: string;
  /** An octet stream; left out: JSON, if anything. */
  body?: "bytes" | undefined;
  /** An octet stream, or JSON; left out: no content. */
  reply?: "bytes" | "json" | undefined;
}

export interface AnyRequest {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/**
 * Sends one request. Resolves with what was answered, JSON as it was read.
 *
 * @throws FlowwError that the server answered, or the `TypeError` of a failed fetch
 */
export async function callRoute(
  options: ClientOptions,
  route: RouteShape,
  request: AnyRequest,
): Promise<unknown> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
  const init: RequestInit = { method: route.method, headers, redirect: "manual" };
  if (request.body !== undefined) {
    headers["content-type"] = route.body === "bytes" ? "application/octet-stream" : "application/json";
    init.body =
      route.body === "bytes" ? (request.body as Uint8Array<ArrayBuffer>) : JSON.stringify(request.body);
  }
  const response = await (options.fetch ?? fetch)(urlOf(options.serverUrl, route.path, request), init);
  if (!response.ok) throw await errorOf(response);
  if (route.reply === undefined || response.status === 204) return undefined;
  return route.reply === "bytes" ? response.body : response.json();
}

function urlOf(serverUrl: string, path: string, { params = {}, query = {} }: AnyRequest): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const url = new URL(serverUrl.replace(/\/$/, "") + filled);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

async function errorOf(response: Response): Promise<FlowwError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as {
      error: { code: string; message: string; fix: string; details?: unknown };
    };
    if (isErrorCode(error.code))
      return new FlowwError(error.code, error.message, { fix: error.fix, details: error.details });
  } catch {
    // Not ours: a proxy's page, or another program on that port.
  }
  return new FlowwError(
    "INTERNAL",
    `The server answered ${response.status} without saying why: ${text.slice(0, 200)}`,
  );
}
