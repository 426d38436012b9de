import { FlowwError } from "@floww/contract/errors";
import type { Context, Hono } from "hono";
import type { ServerContext } from "../context.ts";
import { shownError } from "./error-reply.ts";
import { refuseMethod, replyError } from "./reply.ts";
import { readCapped } from "./route-input.ts";

const PATH = "/identity/events";
/** One person or membership with attributes of the customer's own. */
const BYTES_MAX = 256 * 1024;

/** `POST /identity/events`: what the identity provider sends by itself, believed for its signature over the very bytes. */
export function addIdentityEvents(app: Hono, context: ServerContext): void {
  app.post(PATH, (request) => take(context, request));
  app.all(PATH, (request) => refuseMethod(request, ["POST"]));
}

async function take({ outsideMembers, report }: ServerContext, request: Context): Promise<Response> {
  try {
    if (outsideMembers === undefined) throw new FlowwError("ROUTE_NOT_FOUND");
    const body = await readCapped(request.req.raw, BYTES_MAX);
    await outsideMembers.receive(body, (name) => request.req.header(name));
    return Response.json({ taken: true });
  } catch (error) {
    return replyError(shownError(error, report));
  }
}
