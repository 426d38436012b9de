import type { RouteShape } from "./call-route.ts";
import type { Route } from "./route.ts";

/** What a request is made of, without the schemas. */
export function shapeOf({ method, path, body, reply }: Route): RouteShape {
  return {
    method,
    path,
    ...(body === "bytes" ? { body } : {}),
    ...(reply === undefined ? {} : { reply: reply === "bytes" ? reply : "json" }),
  };
}
