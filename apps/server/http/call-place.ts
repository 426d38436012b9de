import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { ServerContext } from "../context.ts";
import type { ClientPlace } from "../domain/identity/sign-in.ts";
import { clientAddress } from "./client-address.ts";

const USER_AGENT_MAX = 200;

/** From where a request comes: for limits, for the audit log, and for a person who asks "was that me?". */
export function placeOf(context: ServerContext, request: Context): ClientPlace {
  // Undefined where a test calls the app without a socket.
  const { incoming } = (request.env ?? {}) as Partial<HttpBindings>;
  const remote = incoming?.socket.remoteAddress ?? "";
  const forwardedFor = request.req.header("x-forwarded-for") ?? null;
  return {
    address: clientAddress(remote, forwardedFor, context.trustedProxies),
    userAgent: (request.req.header("user-agent") ?? "").slice(0, USER_AGENT_MAX),
  };
}
