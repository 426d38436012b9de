import { limits } from "@floww/contract/limits";
import type { Context, Hono } from "hono";
import type { ServerContext } from "../context.ts";
import { answerWait, getWait } from "../domain/journal/answer-wait.ts";
import { shownError } from "./error-reply.ts";
import { parseJson } from "./parse-json.ts";
import { refuseMethod, replyError } from "./reply.ts";
import { readCapped } from "./route-input.ts";

const PATH = "/callbacks/:token";

/** `POST /callbacks/<token>`: ends the one wait that the signed token was made for, with what is sent. Anyone who has it may. */
export function addCallbacks(app: Hono, context: ServerContext): void {
  app.post(PATH, (request) => takeCallback(context, request));
  app.all(PATH, (request) => refuseMethod(request, ["POST"]));
}

async function takeCallback(context: ServerContext, request: Context): Promise<Response> {
  try {
    const id = context.links.read("callback", request.req.param("token") ?? "");
    const wait = await getWait(context, { id, kind: "callback" });
    const body = await readCapped(request.req.raw, limits.eventBytesMax);
    await answerWait(context, wait, dataOf(body, request.req.header("content-type") ?? ""));
    return Response.json({ accepted: true }, { status: 202 });
  } catch (error) {
    return replyError(shownError(error, context.report));
  }
}

/** JSON where it says so, else text. @throws FlowwError BODY_NOT_JSON */
function dataOf(body: Buffer, type: string): unknown {
  if (body.byteLength === 0) return undefined;
  return /[/+]json\s*(;|$)/i.test(type) ? parseJson(body) : body.toString("utf8");
}
