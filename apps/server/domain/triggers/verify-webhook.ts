import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SecretField, WebhookAuth } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";
import { readSecret } from "../secrets/read-secret.ts";
import type { Vault } from "../secrets/vault.ts";

export interface InboundProof {
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array;
  receivedAtMs: number;
}

export interface VerifyContext {
  database: Queryable;
  vault: Vault;
}

/** Standard Webhooks: how far the time may be off. */
const STANDARD_TOLERANCE_MS = 5 * 60 * 1000;
const STANDARD_KEY_PREFIX = "whsec_";

/**
 * Whether a request proves what the webhook's `auth` asks for; else why not, for our eyes. Everything that is not plainly
 * right is a refusal: a header that came twice, a secret that is gone, one that is empty.
 */
export async function findAuthFault(
  context: VerifyContext,
  { namespaceId, auth }: { namespaceId: string; auth: WebhookAuth },
  request: InboundProof,
): Promise<string | undefined> {
  let texts: readonly string[];
  try {
    texts = await readTexts(context, namespaceId, fieldOf(auth));
  } catch (error) {
    if (error instanceof FlowwError && error.fault !== "ours") return error.message;
    throw error;
  }
  switch (auth.type) {
    case "bearer":
      return verifyToken(texts, request);
    case "basic":
      return verifyPassword(auth.username, texts, request);
    case "signature":
      return verifySignature(auth, texts, request);
    case "standard-webhooks":
      return verifyStandard(texts, request);
  }
}

/** What a version asks its callers for must be there before it goes live. @throws FlowwError SECRET_INVALID, SECRET_MISSING */
export async function requireAuthSecrets(
  context: VerifyContext,
  namespaceId: string,
  triggers: readonly { type: string; input: Record<string, unknown> }[],
): Promise<void> {
  for (const { type, input } of triggers)
    if (type === "onWebhook" && input.auth !== undefined)
      await readTexts(context, namespaceId, fieldOf(input.auth as WebhookAuth));
}

/** Where the value is. */
export function fieldOf(auth: WebhookAuth): SecretField {
  if (auth.type === "bearer") return auth.token;
  return auth.type === "basic" ? auth.password : auth.key;
}

/** Whether the caller's proof is the secret itself, which must not be kept. */
export function provesBySecret({ type }: WebhookAuth): boolean {
  return type === "bearer" || type === "basic";
}

/** What may be kept of a request, and shown to its handler. */
export function withoutProof(
  headers: readonly [name: string, value: string][],
  auth: WebhookAuth,
): [string, string][] {
  return headers.filter(([name]) => name !== "authorization" || !provesBySecret(auth));
}

/** @throws FlowwError SECRET_MISSING, SECRET_INVALID */
async function readTexts(
  context: VerifyContext,
  namespaceId: string,
  { field, ...key }: SecretField,
): Promise<string[]> {
  const value: unknown = JSON.parse(await readSecret(context, namespaceId, key));
  const found = isRecord(value) && Object.hasOwn(value, field) ? value[field] : undefined;
  const texts = Array.isArray(found) ? found : [found];
  if (texts.length > 0 && texts.every((text) => typeof text === "string" && text !== ""))
    return texts as string[];
  throw new FlowwError("SECRET_INVALID", `The secret "${key.name}" has no text "${field}".`, {
    fix: `Run: floww secrets set ${key.name} --field ${field}`,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function verifyToken(texts: readonly string[], { headers }: InboundProof): string | undefined {
  const token = credentialOf(headers, "bearer");
  if (token === undefined) return "there is no bearer token";
  return texts.some((text) => isEqual(text, token)) ? undefined : "the bearer token is another one";
}

function verifyPassword(
  username: string,
  texts: readonly string[],
  { headers }: InboundProof,
): string | undefined {
  const encoded = credentialOf(headers, "basic");
  if (encoded === undefined) return "there is no user name and password";
  const given = Buffer.from(encoded, "base64").toString("utf8");
  const isRight = texts.some((password) => isEqual(`${username}:${password}`, given));
  return isRight ? undefined : "the user name or the password is another one";
}

function credentialOf(headers: InboundProof["headers"], scheme: string): string | undefined {
  const authorization = onlyHeader(headers, "authorization");
  const [, given = "", credential] = /^([a-z]+) +([^\s,]+)$/i.exec(authorization ?? "") ?? [];
  return given.toLowerCase() === scheme ? credential : undefined;
}

type SignatureAuth = Extract<WebhookAuth, { type: "signature" }>;

function verifySignature(
  { header, prefix, algorithm, encoding, timestamp, signed }: SignatureAuth,
  keys: readonly string[],
  { headers, body, receivedAtMs }: InboundProof,
): string | undefined {
  const given = onlyHeader(headers, header);
  if (given === undefined) return `there is no ${header}, or there are several`;
  const time = timestamp === undefined ? "" : onlyHeader(headers, timestamp.header);
  const fault =
    timestamp === undefined ? undefined : findTimeFault(time, receivedAtMs, timestamp.toleranceMs);
  if (fault !== undefined) return fault;
  const [before = "", after = ""] = signed.split("{body}");
  const isRight = keys.some((key) => {
    const hmac = createHmac(algorithm, key).update(before.replace("{timestamp}", () => time ?? ""));
    return isEqual(prefix + hmac.update(body).update(after).digest(encoding), given);
  });
  return isRight ? undefined : "the signature is not of this body and secret";
}

function verifyStandard(
  keys: readonly string[],
  { headers, body, receivedAtMs }: InboundProof,
): string | undefined {
  const id = onlyHeader(headers, "webhook-id");
  const time = onlyHeader(headers, "webhook-timestamp");
  const signatures = onlyHeader(headers, "webhook-signature");
  if (id === undefined || signatures === undefined) return "there is no webhook-id or webhook-signature";
  const fault = findTimeFault(time, receivedAtMs, STANDARD_TOLERANCE_MS);
  if (fault !== undefined) return fault;
  const given = signatures.split(" ");
  const isRight = keys.some((key) => {
    const bytes = Buffer.from(
      key.startsWith(STANDARD_KEY_PREFIX) ? key.slice(STANDARD_KEY_PREFIX.length) : key,
      "base64",
    );
    if (bytes.byteLength === 0) return false;
    const signature = createHmac("sha256", bytes).update(`${id}.${time}.`).update(body).digest("base64");
    return given.some((one) => isEqual(`v1,${signature}`, one));
  });
  return isRight ? undefined : "the signature is not of this body and secret";
}

function findTimeFault(
  time: string | undefined,
  receivedAtMs: number,
  toleranceMs: number,
): string | undefined {
  if (time === undefined || !/^\d{1,12}$/.test(time)) return "the time of sending is missing, or is none";
  const offMs = Math.abs(Number(time) * 1000 - receivedAtMs);
  return offMs <= toleranceMs ? undefined : `the time of sending is ${Math.round(offMs / 1000)} s off`;
}

/** Undefined for one that came twice, too: which of them the sender meant nobody can tell. */
function onlyHeader(headers: InboundProof["headers"], wanted: string): string | undefined {
  const values = headers.filter(([name]) => name === wanted);
  return values.length === 1 ? values[0]![1] : undefined;
}

/** In a time that tells nothing of what is equal in them. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(
    createHash("sha256").update(one).digest(),
    createHash("sha256").update(other).digest(),
  );
}
