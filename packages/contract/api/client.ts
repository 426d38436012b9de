import { type AnyRequest, type ClientOptions, callRoute } from "./call-route.ts";
import type { Route, RouteAnswer, RouteRequest } from "./route.ts";
import { shapeOf } from "./route-shape.ts";
import { type Routes, routes } from "./routes.ts";

export type { ClientOptions } from "./call-route.ts";

/** A method for every route of the contract. */
export type Client = {
  [Name in keyof Routes]: (request: RouteRequest<Routes[Name]>) => Promise<RouteAnswer<Routes[Name]>>;
};

/**
 * A typed client for a server of whatever version: what it answers is parsed. Calls reject with the FlowwError that the
 * server answered, or the `TypeError` of a failed fetch.
 */
export function createClient(options: ClientOptions): Client {
  const entries = Object.entries(routes as Record<string, Route>);
  return Object.fromEntries(
    entries.map(([name, route]) => [name, (request: AnyRequest) => callAndParse(options, route, request)]),
  ) as unknown as Client; // the mapped type above says what fromEntries cannot
}

async function callAndParse(options: ClientOptions, route: Route, request: AnyRequest): Promise<unknown> {
  const answer = await callRoute(options, shapeOf(route), request);
  return answer === undefined || route.reply === undefined || route.reply === "bytes"
    ? answer
    : route.reply.parse(answer);
}
