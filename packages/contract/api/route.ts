import type { z } from "zod";
import type { ErrorCode } from "../errors/errors.ts";
import type { Permission } from "./permissions.ts";
import type { SwitchName } from "./switches.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One route of the API: everything that the server, the client and openapi.json need to know about it. */
export interface Route {
  method: Method;
  /** `:name` is one segment; its shape stands in `params`. */
  path: string;
  summary: string;
  /**
   * What the caller must be allowed to do; `public` needs no sign-in, `signed-in` any, `run` the token of the execution
   * that the path names, which opens nothing else, `administrator` somebody who runs the server. Decided on the matched
   * route.
   */
  permission: Permission | "public" | "signed-in" | "run" | "administrator";
  /** Refused with FEATURE_OFF while an administrator has turned this off. */
  feature?: SwitchName;
  /** False for the traffic of programs, which changes nothing that a person would look up later. Default: not for GET. */
  isAudited?: false;
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** A schema for JSON, or `bytes` for an octet stream. */
  body?: z.ZodType | "bytes";
  /** Where less than what the API takes at most is enough. */
  bodyBytesMax?: number;
  status?: 200 | 201 | 202 | 204;
  /** A schema for JSON, or `bytes` for an octet stream, sent as it comes. Left out: no content. */
  reply?: z.ZodType | "bytes";
  /** Beyond those that every route may give. */
  errors?: readonly ErrorCode[];
}

/** Keeps the literal types of a route, for the client and the server to infer from. */
export function route<const R extends Route>(definition: R): R {
  return definition;
}

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Input<T> = T extends z.ZodType ? z.input<T> : undefined;

/** What a route's handler gets, parsed. */
export interface RouteInput<R extends Route> {
  params: Output<R["params"]>;
  query: Output<R["query"]>;
  body: R["body"] extends "bytes" ? Buffer : Output<R["body"]>;
}

export type RouteReply<R extends Route> = R["reply"] extends z.ZodType
  ? z.input<R["reply"]>
  : R["reply"] extends "bytes"
    ? AsyncIterable<Uint8Array>
    : undefined;

type OptionalIfEmpty<K extends string, T> = [T] extends [undefined]
  ? { [Key in K]?: undefined }
  : { [Key in K]: T };

/** What the client sends. */
export type RouteRequest<R extends Route> = OptionalIfEmpty<"params", Input<R["params"]>> &
  (Input<R["query"]> extends undefined ? { query?: undefined } : { query?: Input<R["query"]> }) &
  (R["body"] extends "bytes" ? { body: Uint8Array } : OptionalIfEmpty<"body", Input<R["body"]>>);

export type RouteAnswer<R extends Route> = R["reply"] extends z.ZodType
  ? z.output<R["reply"]>
  : R["reply"] extends "bytes"
    ? ReadableStream<Uint8Array>
    : undefined;
