import type { IncomingMessage, ServerResponse } from "node:http";
import { matchWebhook, type WorkflowRoutes } from "../domain/triggers/route-table.ts";

/** A webhook's `cors`, as its trigger's input has it. */
interface Cors {
  origins: "*" | string[];
  headers?: string[];
  maxAgeSeconds?: number;
}

/** What a page of another origin must read in the answer to see it (Fetch standard, CORS protocol); flat pairs, none for other callers. */
export function corsHeaders(cors: unknown, { headers: { origin } }: IncomingMessage): string[] {
  if (cors === undefined || origin === undefined) return [];
  const { origins } = cors as Cors;
  if (origins === "*") return ["access-control-allow-origin", "*"];
  // The answer is another one for another origin, also for one that is refused.
  const vary = ["vary", "origin"];
  return origins.includes(origin) ? ["access-control-allow-origin", origin, ...vary] : vary;
}

/** Answers a browser that asks before it sends, for a webhook that sets `cors`. False: there is none, and OPTIONS is a method like any other. */
export function answerPreflight(
  routes: WorkflowRoutes,
  path: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): boolean {
  const method = request.headers["access-control-request-method"];
  if (request.method !== "OPTIONS" || method === undefined) return false;
  const cors = matchWebhook(routes, method, path)?.route.trigger.input.cors as Cors | undefined;
  if (cors === undefined) return false;
  const allowed = corsHeaders(cors, request);
  const details = allowed.includes("access-control-allow-origin")
    ? [
        ...["access-control-allow-methods", method],
        ...["access-control-allow-headers", (cors.headers ?? ["content-type"]).join(", ")],
        ...["access-control-max-age", String(cors.maxAgeSeconds ?? 600)],
      ]
    : [];
  response.writeHead(204, [...allowed, ...details]).end();
  return true;
}
