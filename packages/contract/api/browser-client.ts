import { type AnyRequest, type ClientOptions, callRoute } from "./call-route.ts";
import type { Client } from "./client.ts";
import { routeShapes } from "./generated/route-shapes.ts";

/**
 * The same client for a page that comes from the server which it asks: nothing has to be parsed, so no schema has to be sent
 * to the browser.
 */
export function createBrowserClient(options: ClientOptions): Client {
  return Object.fromEntries(
    Object.entries(routeShapes).map(([name, shape]) => [
      name,
      (request: AnyRequest) => callRoute(options, shape, request),
    ]),
  ) as unknown as Client; // generated of the very routes that the type is made of
}
