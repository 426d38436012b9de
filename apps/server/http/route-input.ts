import type { Route } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Context } from "hono";
import { BodyPieces } from "./body-pieces.ts";
import { parseJson } from "./parse-json.ts";
import { tooLarge } from "./read-body.ts";

const KB = 1024;
/** What a stranger may make us keep in memory. */
const PUBLIC_BYTES_MAX = 64 * KB;

/** What the handler gets: everything checked by the route's schemas. @throws FlowwError INPUT_INVALID and its like */
export async function readRouteInput(
  route: Route,
  request: Context,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  return {
    params: parse("params", route.params, request.req.param()),
    query: parse("query", route.query, request.req.query()),
    body: await readRouteBody(route, request.req.raw),
  };
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
  const bytesMax = bytesMaxOf(route);
  refuseAnnounced(request, bytesMax);
  if (route.body !== "bytes" && route.method !== "GET") refuseForms(route, request);
  if (route.body === undefined) return undefined;
  const bytes = await readCapped(request, bytesMax);
  if (route.body === "bytes") return bytes;
  const result = route.body.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw inputInvalid("body", result.error.issues);
}

function bytesMaxOf(route: Route): number {
  if (route.permission === "public") return PUBLIC_BYTES_MAX;
  if (route.bodyBytesMax !== undefined) return route.bodyBytesMax;
  return route.body === "bytes" ? limits.apiBodyBytesMax : limits.apiJsonBytesMax;
}

/** A form or text/plain can be sent by any page without asking; JSON cannot. */
function refuseForms({ body }: Route, request: Request): void {
  const type = request.headers.get("content-type");
  if (body === undefined && type === null) return;
  if (type !== null && /^application\/json\s*(;|$)/i.test(type)) return;
  throw new FlowwError("BODY_NOT_JSON", "The body must come with Content-Type: application/json.");
}

/** @throws FlowwError BODY_TOO_LARGE, as soon as it is known */
export async function readCapped(request: Request, bytesMax: number): Promise<Buffer> {
  refuseAnnounced(request, bytesMax);
  const pieces = new BodyPieces();
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    pieces.add(chunk);
  }
  return pieces.join();
}

function refuseAnnounced(request: Request, bytesMax: number): void {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) throw tooLarge(bytesMax);
}
