import { type Route, routes } from "@floww/contract/api";
import { errorCatalogue } from "@floww/contract/errors";
import { z } from "zod";
import type { Generator } from "./generator.ts";

/** Those that any route may give: the wrapper around every handler throws them. */
const COMMON_ERRORS = ["INPUT_INVALID", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "INTERNAL"] as const;

/** docs/openapi.json from the contract's routes. */
export const openapi: Generator = {
  name: "openapi",
  outputs: async () => {
    const paths: Record<string, Record<string, unknown>> = {};
    for (const [operationId, route] of Object.entries(routes as Record<string, Route>)) {
      const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(operationId, route) };
    }
    const document = {
      openapi: "3.1.0",
      info: { title: "Floww", version: "0.1.0", license: { name: "Apache-2.0" } },
      paths,
      components: {
        securitySchemes: { key: { type: "http", scheme: "bearer" } },
        schemas: { Error: ERROR_SCHEMA },
      },
    };
    return new Map([["docs/openapi.json", `${JSON.stringify(document, null, 2)}\n`]]);
  },
};

const ERROR_SCHEMA = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "fix", "docs"],
      properties: {
        code: { type: "string" },
        message: { type: "string" },
        fix: { type: "string" },
        docs: { type: "string" },
        details: {},
      },
    },
  },
};

function operation(operationId: string, route: Route): unknown {
  const isPublic = route.permission === "public";
  const body = requestBody(route);
  return {
    operationId,
    summary: route.summary,
    security: isPublic ? [] : [{ key: [] }],
    "x-permission": route.permission,
    parameters: [...parameters("path", route.params), ...parameters("query", route.query)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...success(route), ...failures(route) },
  };
}

function parameters(place: "path" | "query", schema: z.ZodObject | undefined): unknown[] {
  if (schema === undefined) return [];
  const shown = z.toJSONSchema(schema, { io: "input" }) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(shown.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || (shown.required ?? []).includes(name),
    schema: property,
  }));
}

function requestBody({ body }: Route): unknown {
  if (body === undefined) return undefined;
  if (body === "bytes") return { required: true, content: { "application/octet-stream": {} } };
  return {
    required: true,
    content: { "application/json": { schema: withoutDialect(z.toJSONSchema(body, { io: "input" })) } },
  };
}

function success(route: Route): Record<string, unknown> {
  if (route.reply === undefined) return { 204: { description: "Done." } };
  const content =
    route.reply === "bytes"
      ? { "application/octet-stream": {} }
      : { "application/json": { schema: withoutDialect(z.toJSONSchema(route.reply)) } };
  return { [route.status ?? 200]: { description: "Done.", content } };
}

function failures(route: Route): Record<string, unknown> {
  const byStatus = Map.groupBy(
    [...COMMON_ERRORS, ...(route.errors ?? []), ...featureErrors(route)],
    (code) => errorCatalogue()[code].status,
  );
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      { description: [...new Set(codes)].join(", "), content },
    ]),
  );
}

function featureErrors({ feature }: Route) {
  return feature === undefined ? [] : (["FEATURE_OFF"] as const);
}

function withoutDialect({ $schema: _, ...schema }: Record<string, unknown>): Record<string, unknown> {
  return schema;
}
