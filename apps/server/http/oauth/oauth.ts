import type { Context, Hono } from "hono";
import type { ServerContext } from "../../context.ts";
import {
  ACCESS_SECONDS,
  refreshCliSession,
  revokeToken,
  type TokenPair,
} from "../../domain/identity/cli-sessions.ts";
import {
  deviceClients,
  EXPIRES_SECONDS,
  INTERVAL_SECONDS,
  pollDeviceAuthorization,
  startDeviceAuthorization,
} from "../../domain/identity/device-authorizations.ts";
import { formatUserCode } from "../../domain/identity/user-code.ts";
import { placeOf } from "../call-place.ts";
import { shownError } from "../error-reply.ts";
import { refuseForeignOrigin } from "../own-origin.ts";
import { readForm } from "../read-form.ts";
import { refuseMethod } from "../reply.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

interface OAuthCall {
  context: ServerContext;
  form: URLSearchParams;
  clientId: string;
  address: string;
}

type OAuthHandler = (call: OAuthCall) => Promise<Response>;

const endpoints: Record<string, OAuthHandler> = {
  "/oauth/device_authorization": startDevice,
  "/oauth/token": giveToken,
  "/oauth/revoke": revoke,
};

/** The CLI's sign-in: RFC 8628 (device grant), RFC 6749 (refresh), RFC 7009 (revocation), RFC 8414 (metadata). */
export function addOAuth(app: Hono, context: ServerContext): void {
  for (const [path, handler] of Object.entries(endpoints)) {
    app.post(path, (request) => answer(context, handler, request));
    app.all(path, (request) => refuseMethod(request, ["POST"]));
  }
  const metadata = "/.well-known/oauth-authorization-server";
  app.get(metadata, () => reply(200, describe(context.publicUrl().origin)));
  app.all(metadata, (request) => refuseMethod(request, ["GET"]));
}

async function answer(context: ServerContext, handler: OAuthHandler, request: Context): Promise<Response> {
  try {
    refuseForeignOrigin(request.req.raw, context.publicUrl());
    const form = await readForm(request.req.raw);
    const repeated = [...new Set(form.keys())].find((name) => form.getAll(name).length > 1);
    if (repeated !== undefined) return problem("invalid_request", "A parameter is there twice.");
    const clientId = form.get("client_id") ?? "";
    if (!deviceClients.has(clientId)) return problem("invalid_client", "This client is not known.", 401);
    return await handler({ context, form, clientId, address: placeOf(context, request).address });
  } catch (error) {
    const shown = shownError(error, context.report);
    const code = shown.status >= 500 ? "server_error" : "invalid_request";
    return problem(code, shown.message, shown.status);
  }
}

async function startDevice({ context, clientId, address }: OAuthCall): Promise<Response> {
  const waitMs = context.identity.deviceStarts.take(address);
  if (waitMs > 0) {
    const headers = { "retry-after": String(Math.ceil(waitMs / 1_000)) };
    return reply(429, { error: "slow_down", error_description: "Too many codes were asked for." }, headers);
  }
  const macKey = context.identity.userCodeKey;
  const started = await startDeviceAuthorization(context.database, { clientId, address, macKey });
  const userCode = formatUserCode(started.userCode);
  const page = new URL("/device", context.publicUrl());
  const complete = new URL(page);
  complete.searchParams.set("user_code", userCode);
  return reply(200, {
    device_code: started.deviceCode,
    user_code: userCode,
    verification_uri: page.href,
    verification_uri_complete: complete.href,
    expires_in: EXPIRES_SECONDS,
    interval: INTERVAL_SECONDS,
  });
}

function giveToken(call: OAuthCall): Promise<Response> {
  const grant = call.form.get("grant_type");
  if (grant === DEVICE_GRANT) return giveForDevice(call);
  if (grant === "refresh_token") return giveForRefresh(call);
  return Promise.resolve(
    grant === null
      ? problem("invalid_request", "grant_type is missing.")
      : problem("unsupported_grant_type", "This grant is not offered."),
  );
}

async function giveForDevice({ context, form, clientId }: OAuthCall): Promise<Response> {
  const deviceCode = form.get("device_code");
  if (deviceCode === null) return problem("invalid_request", "device_code is missing.");
  const polled = await pollDeviceAuthorization(context.database, { deviceCode, clientId });
  return typeof polled === "string" ? problem(polled) : tokens(polled);
}

async function giveForRefresh({ context, form, clientId }: OAuthCall): Promise<Response> {
  const refreshToken = form.get("refresh_token");
  if (refreshToken === null) return problem("invalid_request", "refresh_token is missing.");
  const refreshed = await refreshCliSession(context.database, { refreshToken, clientId });
  return refreshed === undefined ? problem("invalid_grant") : tokens(refreshed);
}

/** 200 for a token that is not known, too: it is what was wanted (RFC 7009, 2.2). */
async function revoke({ context, form, clientId }: OAuthCall): Promise<Response> {
  const token = form.get("token");
  if (token === null) return problem("invalid_request", "token is missing.");
  await revokeToken(context.database, token, clientId);
  return reply(200);
}

function tokens({ accessToken, refreshToken }: TokenPair): Response {
  return reply(200, {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: ACCESS_SECONDS,
    refresh_token: refreshToken,
  });
}

function describe(issuer: string): Record<string, unknown> {
  return {
    issuer,
    device_authorization_endpoint: `${issuer}/oauth/device_authorization`,
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    grant_types_supported: [DEVICE_GRANT, "refresh_token"],
    response_types_supported: [],
    token_endpoint_auth_methods_supported: ["none"],
    revocation_endpoint_auth_methods_supported: ["none"],
  };
}

function problem(error: string, description?: string, status = 400): Response {
  return reply(status, description === undefined ? { error } : { error, error_description: description });
}

function reply(status: number, value?: unknown, headers: Record<string, string> = {}): Response {
  return new Response(value === undefined ? null : JSON.stringify(value), {
    status,
    headers: {
      ...(value === undefined ? {} : { "content-type": "application/json" }),
      "cache-control": "no-store",
      pragma: "no-cache",
      "x-content-type-options": "nosniff",
      ...headers,
    },
  });
}
