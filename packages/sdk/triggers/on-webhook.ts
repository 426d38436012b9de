import type { JsonObject, TriggerRegistration, WebhookEventHead, WireEvent } from "@floww/contract/abi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { parseWith } from "../schema.ts";
import { withSource } from "../source-location.ts";
import { WebhookError } from "../webhook-error.ts";
import { BodyNotJson, decodeBody } from "./decode-body.ts";
import { type BatchTrigger, invokeBuiltin, registerTrigger, type Trigger } from "./trigger.ts";
import {
  handlersOf,
  type InBatches,
  type OneByOne,
  type TriggerOptions,
  wireOptions,
} from "./trigger-options.ts";

import { addressHandlersOf, type WebhookAddress } from "./webhook-address.ts";
import { type WebhookAuth, wireAuth } from "./webhook-auth.ts";

export type WebhookMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface WebhookEvent<Body = unknown> {
  /** JSON parsed, a form as an object, text as a string, anything else (and broken JSON) as bytes; undefined when empty. */
  body: Body;
  /** What the caller sent, byte for byte: what signatures are computed over. */
  rawBody: Uint8Array;
  /** Names in lower case; repeated headers joined with ", ". */
  headers: Record<string, string>;
  /** The last value of each name. */
  query: Record<string, string>;
  /** Values of `:name` segments of the path. */
  params: Record<string, string>;
  method: string;
  /** Path below the workflow's address. */
  path: string;
}

interface WebhookListening<Body> extends TriggerOptions, WebhookAddress {
  /** Path below the workflow's own address; `:name` matches one segment. Default `/`. */
  path?: string;
  /** Default `POST`. */
  method?: WebhookMethod;
  /** Any Standard Schema (zod, valibot, arktype, …): checks the JSON body and types it; 400 with the reasons otherwise. */
  schema?: StandardSchemaV1<unknown, Body>;
  /** Refuses the event with 400 by returning false. */
  validation?: (event: WebhookEvent<Body>) => boolean | Promise<boolean>;
  /** How callers prove who they are. Default: whoever knows the address may call. */
  auth?: WebhookAuth;
  /** `handler` (default): the caller waits for the handler's answer. `ack`: 202 once recorded, the run follows. */
  response?: "handler" | "ack";
  /**
   * Lets pages of other origins call it and read the answer; `true`: of any origin. Cookies are never part of it. Default:
   * browsers keep the answer from such pages. A handler's own `access-control-*` headers come beside these.
   */
  cors?: boolean | WebhookCors;
}

export interface WebhookInput<Body> extends WebhookListening<Body>, OneByOne<WebhookEvent<Body>> {}

export interface WebhookBatchInput<Body> extends WebhookListening<Body>, InBatches<WebhookEvent<Body>> {
  /** Nobody can wait for a batch. */
  response: "ack";
}

export interface WebhookCors {
  /** `https://app.example.com`, without a path. Default: any. */
  origins?: string[];
  /** Request headers that a page may set. Default: `content-type`. */
  headers?: string[];
  /** How long a browser may remember this, in seconds. Default: 600. */
  maxAgeSeconds?: number;
}

/**
 * Listens for HTTP requests at `/webhook/<workflow key>/<path>`. Throw a {@link WebhookError} to answer with another status.
 *
 * @example
 * builtin.triggers.onWebhook({ path: "/orders/:id", method: "GET", handler: (ctx, event) => ({ id: event.params.id }) });
 */
export function onWebhook<Body = unknown>(input: WebhookInput<Body>): Trigger<Partial<WebhookEvent>>;
export function onWebhook<Body = unknown>(
  input: WebhookBatchInput<Body>,
): BatchTrigger<Partial<WebhookEvent>>;
export function onWebhook<Body>(
  input: WebhookInput<Body> | WebhookBatchInput<Body>,
): BatchTrigger<Partial<WebhookEvent>> {
  const method = input.method ?? "POST";
  const path = normalizePath(input.path ?? "/");
  const wire: JsonObject = { method, path, response: input.response ?? "handler", ...wireOptions(input) };
  if (input.setup !== undefined) wire.setup = true;
  if (input.teardown !== undefined) wire.teardown = true;
  if (input.auth !== undefined) wire.auth = wireAuth(input.auth);
  if (input.cors !== undefined && input.cors !== false) wire.cors = wireCors(input.cors);
  const declared: TriggerRegistration = {
    provider: { type: "builtin", alias: "default" },
    type: "onWebhook",
    key: `${method} ${path}`,
    input: wire,
    ...(input.id === undefined ? {} : { id: input.id }),
    ...handlersOf<WebhookEvent<Body>>(input, (event) => decodeEvent(input, event)),
    ...addressHandlersOf(input),
  };
  return registerTrigger(withSource(declared, onWebhook));
}

/** In tests: runs every webhook's handler that takes the event's method and path; without them, every webhook's. */
onWebhook.invoke = (event: Partial<WebhookEvent> | Partial<WebhookEvent>[] = {}) =>
  invokeBuiltin("onWebhook", event);

function wireCors(cors: true | WebhookCors): JsonObject {
  if (cors === true) return { origins: "*" };
  const { origins = "*", headers, maxAgeSeconds } = cors;
  return {
    origins,
    ...(headers === undefined ? {} : { headers }),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
  };
}

function normalizePath(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

async function decodeEvent<Body>(
  input: WebhookListening<Body>,
  wire: WireEvent,
): Promise<WebhookEvent<Body>> {
  const head = wire.head as WebhookEventHead;
  const headers = joinHeaders(head.headers);
  const event: WebhookEvent<Body> = {
    body: (await checkedBody(input, headers["content-type"], wire.body)) as Body,
    rawBody: wire.body,
    headers,
    query: bare(head.query === "" ? {} : Object.fromEntries(new URLSearchParams(head.query))),
    params: bare(head.params),
    method: head.method,
    path: head.path,
  };
  if (input.validation !== undefined && !(await input.validation(event))) {
    throw new WebhookError(400, {
      error: { code: "WEBHOOK_INPUT_INVALID", message: "The workflow refused this event." },
    });
  }
  return event;
}

async function checkedBody<Body>(
  input: WebhookListening<Body>,
  type: string | undefined,
  raw: Uint8Array,
): Promise<unknown> {
  if (input.schema === undefined) return decodeBody(type, raw);
  try {
    return await parseWith(input.schema, decodeBody(type, raw, { jsonWanted: true }));
  } catch (error) {
    if (!(error instanceof BodyNotJson)) throw error;
    throw new WebhookError(400, { error: { code: "BODY_NOT_JSON", message: error.message } });
  }
}

/** Without a prototype: the names are the caller's. */
function bare(values: Record<string, string>): Record<string, string> {
  return Object.assign(Object.create(null), values);
}

function joinHeaders(pairs: [string, string][]): Record<string, string> {
  // `__proto__` is a legal header name.
  const headers = bare({});
  for (const [name, value] of pairs) {
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
