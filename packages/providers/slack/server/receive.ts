import type {
  Received,
  VendorAnswer,
  VendorEvent,
  VendorRequest,
  VendorSecrets,
} from "../../provider-server.ts";
import { INTERACTION_PREFIX, SLASH_COMMAND } from "../matches.ts";
import { at, decodeForm, decodeInteraction, decodeJson } from "../payloads.ts";
import { readDecision } from "./approvals.ts";
import { findRefusal } from "./find-refusal.ts";

/** Slack's own, but nothing that a trigger could want: a probe of the certificate, a kind of request to come. */
const NOTHING: Received = { kind: "handshake", answer: { status: 200, headers: [], body: "" } };

/** Slack waits for 3 s: an empty 200 leaves the message as it is until it is rewritten. */
const TAKEN: VendorAnswer = { status: 200, headers: [], body: "" };

/** One address takes all three that Slack sends: events as JSON, slash commands and interactions as forms. */
export function receive(request: VendorRequest, { fields }: VendorSecrets): Received {
  const reason = findRefusal(request, fields.signing_secret);
  return reason === undefined ? read(request) : { kind: "refused", reason };
}

/** What a request says that was verified when it came. */
export function read(request: VendorRequest): Received {
  try {
    return isForm(request) ? receiveForm(request.body) : receiveJson(request.body);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return NOTHING;
    throw error;
  }
}

function receiveJson(bytes: Uint8Array): Received {
  const body = decodeJson(bytes);
  const [type, name, challenge] = [at(body, "type"), at(body, "event", "type"), at(body, "challenge")];
  if (type === "url_verification" && typeof challenge === "string") {
    const headers: [string, string][] = [["content-type", "text/plain; charset=utf-8"]];
    return { kind: "handshake", answer: { status: 200, headers, body: challenge } };
  }
  if (type !== "event_callback" || typeof name !== "string") return NOTHING;
  return eventOf(name, body, at(body, "event_id"));
}

function receiveForm(bytes: Uint8Array): Received {
  const fields = decodeForm(bytes);
  if (fields.command !== undefined) return eventOf(SLASH_COMMAND, fields, fields.trigger_id);
  if (fields.payload === undefined) return NOTHING;
  const body = decodeInteraction(bytes);
  const type = at(body, "type");
  if (typeof type !== "string") return NOTHING;
  const received = eventOf(`${INTERACTION_PREFIX}${type}`, body, at(body, "trigger_id"));
  const decision = readDecision(body);
  return decision === undefined ? received : { ...received, kind: "approval", decision, answer: TAKEN };
}

interface ReceivedEvent {
  kind: "event";
  event: VendorEvent;
  deliveryId?: string;
}

function eventOf(name: string, body: unknown, deliveryId: unknown): ReceivedEvent {
  const event = { name, body };
  return typeof deliveryId === "string" ? { kind: "event", event, deliveryId } : { kind: "event", event };
}

function isForm({ headers }: VendorRequest): boolean {
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  return type.split(";", 1)[0]!.trim().toLowerCase() === "application/x-www-form-urlencoded";
}
