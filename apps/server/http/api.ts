import { type Method, type Route, type RouteName, routes } from "@floww/contract/api";
import { errorReply, FlowwError } from "@floww/contract/errors";
import { type Context, Hono } from "hono";
import type { ServerContext } from "../context.ts";
import { authenticate, authenticateRun } from "./authenticate.ts";
import { type Authorize, authorize } from "./authorize.ts";
import { placeOf } from "./call-place.ts";
import { addCallbacks } from "./callbacks.ts";
import { addDashboard } from "./dashboard.ts";
import { shownError } from "./error-reply.ts";
import { addIdentityEvents } from "./identity-events.ts";
import { addOAuth } from "./oauth/oauth.ts";
import { refuseForeignOrigin } from "./own-origin.ts";
import { addPages } from "./pages/pages.ts";
import { type MaybeSignedIn, recordChange } from "./record-change.ts";
import { refuseMethod, reply, replyBytes, replyError } from "./reply.ts";
import type { RouteCall, RouteHandlers } from "./route-handler.ts";
import { readRouteInput } from "./route-input.ts";
import { adminHandlers } from "./routes/admin.ts";
import { cancellationHandlers } from "./routes/cancellations.ts";
import { deliveryHandlers } from "./routes/deliveries.ts";
import { deploymentHandlers } from "./routes/deployments.ts";
import { devSessionHandlers } from "./routes/dev-sessions.ts";
import { envHandlers } from "./routes/env.ts";
import { executionHandlers } from "./routes/executions.ts";
import { identityHandlers } from "./routes/identity.ts";
import { journalHandlers } from "./routes/journal.ts";
import { kvHandlers } from "./routes/kv.ts";
import { liveHandlers } from "./routes/live.ts";
import { organizationHandlers } from "./routes/organizations.ts";
import { passkeyHandlers } from "./routes/passkeys.ts";
import { providerHandlers } from "./routes/providers.ts";
import { replayHandlers } from "./routes/replays.ts";
import { retentionHandlers } from "./routes/retention.ts";
import { runHandlers } from "./routes/runs.ts";
import { runtimeHandlers } from "./routes/runtimes.ts";
import { secretHandlers } from "./routes/secrets.ts";
import { serverHandlers } from "./routes/server.ts";
import { statisticsHandlers } from "./routes/statistics.ts";
import { workflowHandlers } from "./routes/workflows.ts";

const handlers: RouteHandlers = {
  ...adminHandlers,
  ...serverHandlers,
  ...identityHandlers,
  ...passkeyHandlers,
  ...organizationHandlers,
  ...workflowHandlers,
  ...deploymentHandlers,
  ...executionHandlers,
  ...cancellationHandlers,
  ...statisticsHandlers,
  ...journalHandlers,
  ...deliveryHandlers,
  ...replayHandlers,
  ...retentionHandlers,
  ...liveHandlers,
  ...devSessionHandlers,
  ...runHandlers,
  ...runtimeHandlers,
  ...kvHandlers,
  ...providerHandlers,
  ...secretHandlers,
  ...envHandlers,
};

/** Every route of the contract, with its permission and its schemas around the handler; the pages; the OAuth endpoints. */
export function createApi(
  context: ServerContext,
  // Replaced by a broken one in the test that shows that the tests would notice.
  { authorizeWith = authorize }: { authorizeWith?: Authorize } = {},
): Hono {
  const app = new Hono();
  const methodsByPath = new Map<string, Method[]>();
  for (const [name, route] of Object.entries(routes as Record<string, Route>)) {
    const handler = handlers[name as RouteName] as AnyHandler;
    const matched = { name: name as RouteName, route, handler, authorizeWith };
    app.on(route.method, route.path, (request) => answer(context, matched, request));
    methodsByPath.set(route.path, [...(methodsByPath.get(route.path) ?? []), route.method]);
  }
  for (const [path, methods] of methodsByPath) app.all(path, (request) => refuseMethod(request, methods));
  addPages(app, context);
  addDashboard(app, context);
  addOAuth(app, context);
  addCallbacks(app, context);
  addIdentityEvents(app, context);
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

function isAuditedRoute({ method, isAudited }: Route): boolean {
  return method !== "GET" && isAudited !== false;
}

interface Matched {
  name: RouteName;
  route: Route;
  handler: AnyHandler;
  authorizeWith: Authorize;
}

async function answer(
  context: ServerContext,
  { name, route, handler, authorizeWith }: Matched,
  request: Context,
): Promise<Response> {
  try {
    const { raw } = request.req;
    refuseForeignOrigin(raw, context.publicUrl());
    const isRun = route.permission === "run";
    const principal = isRun ? undefined : await authenticate(context, raw.headers);
    const run = isRun ? authenticateRun(context, raw.headers) : undefined;
    const isCookie = principal?.credential.kind === "browser";
    refuseForeignOrigin(raw, context.publicUrl(), { isRequired: isCookie });
    const params = request.req.param();
    const grant = await authorizeWith(context.database, { route, principal, run, params });
    // After it: a stranger is not told what is off.
    if (route.feature !== undefined) context.switches.require(route.feature);
    const input = await readRouteInput(route, request);
    const place = placeOf(context, request);
    const replyHeaders = new Headers();
    const call: MaybeSignedIn = {
      context,
      ...grant,
      place,
      callerGone: raw.signal,
      requestHeaders: raw.headers,
      replyHeaders,
      audit: {},
    };
    // authorize() has made sure of what the route asks for.
    const value = await handler(input, call as RouteCall);
    if (isAuditedRoute(route)) {
      await recordChange(call, { action: name, params, value });
      // What is not audited changes nothing but executions, which have bells of their own.
      if (call.namespace !== undefined) context.bells.routeChanged(call.namespace.id, name);
    }
    if (route.reply === undefined) return reply(204, undefined, replyHeaders);
    return route.reply === "bytes"
      ? replyBytes(value as AsyncIterable<Uint8Array>)
      : reply(route.status ?? 200, route.reply.parse(value), replyHeaders);
  } catch (error) {
    return replyError(shownError(error, context.report));
  }
}
