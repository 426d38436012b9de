import { type Method, type Route, type RouteName, routes } from "@floww/contract/api";
import { errorReply, FlowwError } from "@floww/contract/errors";
import { parseId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { type Context, Hono } from "hono";
import type { ServerContext } from "../context.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { shownError } from "./error-reply.ts";
import type { RouteCall, RouteHandlers } from "./route-handler.ts";
import { deploymentHandlers } from "./routes/deployments.ts";
import { devSessionHandlers } from "./routes/dev-sessions.ts";
import { executionHandlers } from "./routes/executions.ts";
import { serverHandlers } from "./routes/server.ts";
import { workflowHandlers } from "./routes/workflows.ts";

const handlers: RouteHandlers = {
  ...serverHandlers,
  ...workflowHandlers,
  ...deploymentHandlers,
  ...executionHandlers,
  ...devSessionHandlers,
};

/** Every route of the contract, with its permission and its schemas around the handler. */
export function createApi(context: ServerContext): Hono {
  const app = new Hono();
  const methodsByPath = new Map<string, Method[]>();
  for (const [name, route] of Object.entries(routes as Record<string, Route>)) {
    const handler = handlers[name as RouteName] as AnyHandler;
    app.on(route.method, route.path, (request) => answer(context, { route, handler, request }));
    methodsByPath.set(route.path, [...(methodsByPath.get(route.path) ?? []), route.method]);
  }
  for (const [path, methods] of methodsByPath) {
    app.all(path, (request) => {
      const error = new FlowwError(
        "METHOD_NOT_ALLOWED",
        `${request.req.method} is not a method of this path.`,
      );
      return reply(error.status, errorReply(error), { allow: methods.join(", ") });
    });
  }
  app.notFound(() => {
    const error = new FlowwError("ROUTE_NOT_FOUND");
    return reply(error.status, errorReply(error));
  });
  return app;
}

type AnyHandler = (
  input: { params: unknown; query: unknown; body: unknown },
  call: RouteCall,
) => Promise<unknown>;

async function answer(
  context: ServerContext,
  { route, handler, request }: { route: Route; handler: AnyHandler; request: Context },
): Promise<Response> {
  try {
    refuseForeignOrigin(context, route, request.req.raw);
    const principal = await authenticate(context.database, request.req.raw.headers);
    const { namespaceId } = request.req.param() as { namespaceId?: string };
    const namespaceUuid =
      namespaceId === undefined ? undefined : (parseId("namespace", namespaceId) ?? NO_UUID);
    const grant = await authorize(context.database, { route, principal, namespaceId: namespaceUuid });
    const input = {
      params: parse("params", route.params, request.req.param()),
      query: parse("query", route.query, request.req.query()),
      body: await readRouteBody(route, request.req.raw),
    };
    // authorize() has made sure of both, wherever the route asks for them.
    const value = await handler(input, { context, ...grant } as RouteCall);
    return route.reply === undefined ? reply(204) : reply(route.status ?? 200, route.reply.parse(value));
  } catch (error) {
    const shown = shownError(error, context.report);
    return reply(
      shown.status,
      errorReply(shown),
      shown.status === 401 ? { "www-authenticate": "Bearer" } : {},
    );
  }
}

/** Matches nothing: an id that does not parse is as absent as one that is not there. */
const NO_UUID = "00000000-0000-0000-0000-000000000000";

/** A browser names the page that sends a request: what changes something must come from our own. */
function refuseForeignOrigin(context: ServerContext, route: Route, request: Request): void {
  const origin = request.headers.get("origin");
  if (route.method === "GET" || origin === null || origin === context.publicUrl().origin) return;
  throw new FlowwError("ORIGIN_REFUSED", `Requests from ${origin.slice(0, 200)} are not taken.`);
}

function parse(part: string, schema: Route["params"], value: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw inputInvalid(part, result.error.issues);
}

function inputInvalid(part: string, issues: { path: PropertyKey[]; message: string }[]): FlowwError {
  const listed = issues
    .slice(0, 20)
    .map(({ path, message }) => ({ path: [part, ...path.map(String)].join("."), message }));
  return new FlowwError(
    "INPUT_INVALID",
    listed.map(({ path, message }) => `${path}: ${message}`).join("; "),
    { details: listed },
  );
}

async function readRouteBody(route: Route, request: Request): Promise<unknown> {
  if (route.body === undefined) return undefined;
  const bytes = await readCapped(request, limits.apiBodyBytesMax);
  if (route.body === "bytes") return bytes;
  // A form or text/plain can be sent by any page without asking; JSON cannot.
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new FlowwError("BODY_NOT_JSON", "The body must come with Content-Type: application/json.");
  }
  const result = route.body.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw inputInvalid("body", result.error.issues);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new FlowwError("BODY_NOT_JSON", undefined, { cause });
  }
}

async function readCapped(request: Request, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new FlowwError("BODY_TOO_LARGE", `The body is over ${bytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function reply(status: number, value?: unknown, headers: Record<string, string> = {}): Response {
  const common = { "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers };
  if (value === undefined) return new Response(null, { status, headers: common });
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", ...common },
  });
}
