import type {
  JsonObject,
  ProviderEventHead,
  ProviderName,
  TriggerRegistration,
  WireEvent,
} from "@floww/contract/abi";
import { withSource } from "../source-location.ts";
import { type BatchTrigger, registerTrigger } from "../triggers/trigger.ts";
import {
  handlersOf,
  type InBatches,
  type OneByOne,
  type TriggerOptions,
  wireOptions,
} from "../triggers/trigger-options.ts";

/** What a vendor sent: verified by the server, unchanged. */
export interface ProviderEvent<Body = unknown> {
  /** The vendor's own word for what happened: `push`, `message`. */
  name: string;
  /** The vendor's payload. */
  body: Body;
  /** The same, byte for byte. */
  rawBody: Uint8Array;
  /** Names in lower case; repeated headers joined with ", ". */
  headers: Record<string, string>;
  /** The vendor's id of this delivery, the same when it is sent again. */
  deliveryId?: string;
  receivedAt: Date;
}

/** What every trigger of a provider takes beside its filters. */
export interface ProviderTriggerInput<Event> extends TriggerOptions, OneByOne<Event> {}

/** The same for one whose handler gets a list of events. */
export interface ProviderBatchInput<Event> extends TriggerOptions, InBatches<Event> {}

export interface ProviderTriggerOptions<Body> {
  connection: ProviderName;
  /** `onPush`. */
  type: string;
  /** Tells equal triggers apart: the filters, readable. */
  key: string;
  /** The filters: all that the server must know. */
  filters: JsonObject;
  given: ProviderTriggerInput<ProviderEvent<Body>> | ProviderBatchInput<ProviderEvent<Body>>;
  /** The public function that the author called, so that the manifest can name the line. */
  calledAs: (...args: never[]) => unknown;
  decode(bytes: Uint8Array, headers: Record<string, string>): Body;
  /** For tests. */
  example: ProviderExample<Body>;
}

/** How a test's partial event becomes a whole one. */
export interface ProviderExample<Body> {
  name: string;
  headers?: Record<string, string>;
  /** The least body that the filters let pass; the test's own is laid over it. */
  body: object;
  encode?(body: Body): Uint8Array;
  /** The server's filter. */
  matches(event: { name: string; body: Body }): boolean;
}

/** Declares a trigger of a provider. */
export function registerProviderTrigger<Body>(
  options: ProviderTriggerOptions<Body>,
): BatchTrigger<Partial<ProviderEvent<Body>>> {
  const { connection, type, key, filters, given, calledAs, decode, example } = options;
  const input: JsonObject = { ...filters, ...wireOptions(given) };
  const declared: TriggerRegistration = {
    provider: connection,
    type,
    key,
    input,
    ...(given.id === undefined ? {} : { id: given.id }),
    ...handlersOf<ProviderEvent<Body>>(given, (event) => decodeEvent(event, decode)),
  };
  return registerTrigger<Partial<ProviderEvent<Body>>>(withSource(declared, calledAs), (partial, nowMs) =>
    encodeEvent(partial as Partial<ProviderEvent<Body>>, example, nowMs),
  );
}

function decodeEvent<Body>(
  { head, body }: WireEvent,
  decode: ProviderTriggerOptions<Body>["decode"],
): ProviderEvent<Body> {
  const { name, deliveryId, headers: pairs, receivedAt } = head as ProviderEventHead;
  const headers: Record<string, string> = Object.create(null);
  for (const [header, value] of pairs)
    headers[header] = headers[header] === undefined ? value : `${headers[header]}, ${value}`;
  return {
    name,
    body: decode(body, headers),
    rawBody: body,
    headers,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    receivedAt: new Date(receivedAt),
  };
}

function encodeEvent<Body>(
  partial: Partial<ProviderEvent<Body>>,
  { name, headers = {}, body: least, encode = encodeJson, matches }: ProviderExample<Body>,
  nowMs: number,
): WireEvent | undefined {
  const body = laidOver(least, partial.body ?? {}) as Body;
  const event = { name: partial.name ?? name, body };
  if (!matches(event)) return undefined;
  const head: ProviderEventHead = {
    type: "provider",
    name: event.name,
    deliveryId: partial.deliveryId ?? "test-delivery",
    headers: Object.entries({ ...headers, ...partial.headers }),
    receivedAt: (partial.receivedAt ?? new Date(nowMs)).toISOString(),
  };
  return { head, body: partial.rawBody ?? encode(body) };
}

function encodeJson(body: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(body));
}

/** Objects are joined, anything else is replaced. */
function laidOver(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over;
  const joined: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over))
    joined[name] = name in under ? laidOver(under[name], value) : value;
  return joined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
