import type { TriggerRegistration, WireEvent } from "@floww/contract/abi";
import type { EncodeEvent } from "../test-host.ts";
import { joinEvents } from "../triggers/batch-event.ts";
import type { CronEvent } from "../triggers/on-cron.ts";
import type { ManualEvent } from "../triggers/on-manual.ts";
import type { WebhookEvent } from "../triggers/on-webhook.ts";
import type { TestRun } from "./run-handlers.ts";

interface Given {
  /** What the test says of the event, or of each of several; the rest is filled in. */
  partialEvent: object;
  nowMs: number;
  /** Of a trigger that knows its events itself. */
  encode?: EncodeEvent | undefined;
}

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** The events as they would come over the wire, for those of the handlers whose filters let them pass. */
export function wireEventsFor(registrations: readonly TriggerRegistration[], given: Given): TestRun[] {
  return registrations.flatMap((registration) => {
    const { partialEvent } = given;
    if (!Array.isArray(partialEvent)) {
      const event = wireEventFor(registration, given);
      return event === undefined ? [] : [{ registration, event }];
    }
    const events = partialEvent.flatMap(
      (one: object) => wireEventFor(registration, { ...given, partialEvent: one }) ?? [],
    );
    return events.length === 0 ? [] : [{ registration, event: joinEvents(events) }];
  });
}

function wireEventFor(
  registration: TriggerRegistration,
  { partialEvent, nowMs, encode }: Given,
): WireEvent | undefined {
  if (encode !== undefined) return encode(partialEvent, nowMs);
  if (registration.type === "onWebhook") return webhookEvent(registration, partialEvent, nowMs);
  if (registration.type === "onCron") return cronEvent(registration, partialEvent, nowMs);
  return manualEvent(partialEvent);
}

function webhookEvent(
  { input }: TriggerRegistration,
  partial: Partial<WebhookEvent>,
  nowMs: number,
): WireEvent | undefined {
  const method = partial.method ?? String(input.method);
  const path = partial.path ?? String(input.path);
  const params = partial.path === undefined ? {} : matchPath(String(input.path), path);
  if (method !== input.method || params === undefined) return undefined;
  const { bytes, type } = encodeBody(partial);
  const headers = Object.entries(partial.headers ?? {}).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    value,
  ]);
  const isTyped = headers.some(([name]) => name === "content-type");
  if (type !== undefined && !isTyped) headers.push(["content-type", type]);
  return {
    head: {
      type: "webhook",
      method,
      path,
      query: new URLSearchParams(partial.query ?? {}).toString(),
      params: { ...params, ...partial.params },
      headers,
      receivedAt: new Date(nowMs).toISOString(),
    },
    body: bytes,
  };
}

function encodeBody({ body, rawBody }: Partial<WebhookEvent>): { bytes: Uint8Array; type?: string } {
  if (rawBody !== undefined) return { bytes: rawBody };
  if (body === undefined) return { bytes: NOTHING };
  if (typeof body === "string") return { bytes: encoder.encode(body), type: "text/plain" };
  if (body instanceof Uint8Array) return { bytes: body, type: "application/octet-stream" };
  return { bytes: encoder.encode(JSON.stringify(body)), type: "application/json" };
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    if (segment.startsWith(":")) params[segment.slice(1)] = decodeURIComponent(given[index]!);
    else if (segment !== given[index]) return undefined;
  }
  return params;
}

function cronEvent({ input }: TriggerRegistration, partial: Partial<CronEvent>, nowMs: number): WireEvent {
  const scheduledAt = (partial.scheduledTime ?? new Date(nowMs)).toISOString();
  return { head: { type: "cron", expression: String(input.expression), scheduledAt }, body: NOTHING };
}

function manualEvent({ triggered_by, input_data }: Partial<ManualEvent>): WireEvent {
  const body = input_data === undefined ? NOTHING : encoder.encode(JSON.stringify(input_data));
  return { head: { type: "manual", triggeredBy: triggered_by ?? "test-user" }, body };
}
