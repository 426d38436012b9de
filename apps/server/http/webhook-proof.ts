import type { IncomingMessage } from "node:http";
import type { WebhookAuth } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { WebhookMatch } from "../domain/triggers/route-table.ts";
import { findAuthFault, type VerifyContext, withoutProof } from "../domain/triggers/verify-webhook.ts";
import { receivedHeaders } from "./received-headers.ts";
import { RefusedError } from "./refused-error.ts";

/**
 * Asks a request for the proof that its webhook's `auth` wants. Resolves with the headers that go on: all of them, without
 * a token or password that has been checked.
 *
 * @throws RefusedError
 */
export async function proveSender(
  context: VerifyContext,
  { request, match, body }: { request: IncomingMessage; match: WebhookMatch; body: Buffer },
): Promise<[string, string][]> {
  const headers = receivedHeaders(request.rawHeaders);
  const auth = authOf(match);
  if (auth === undefined) return headers;
  const { namespaceId } = match.route.trigger;
  const fault = await findAuthFault(
    context,
    { namespaceId, auth },
    { headers, body, receivedAtMs: Date.now() },
  );
  if (fault === undefined) return withoutProof(headers, auth);
  throw new RefusedError("badSignature", new FlowwError("WEBHOOK_UNAUTHENTICATED"), body);
}

/** Of a request that was refused: what it came with is often the right proof, sent to the wrong place or too early. */
export function keptHeaders(request: IncomingMessage, match: WebhookMatch | undefined): [string, string][] {
  const headers = receivedHeaders(request.rawHeaders);
  const auth = authOf(match);
  return auth === undefined ? headers : withoutProof(headers, auth);
}

const CHALLENGES: Record<WebhookAuth["type"], string> = {
  bearer: 'Bearer realm="webhook"',
  basic: 'Basic realm="webhook", charset="UTF-8"',
  signature: "Signature",
  "standard-webhooks": "Signature",
};

/** A 401 says what it asks for (RFC 9110, 11.6.1). */
export function challengeFor(match: WebhookMatch | undefined): Record<string, string> {
  const auth = authOf(match);
  return auth === undefined ? {} : { "www-authenticate": CHALLENGES[auth.type] };
}

export function authOf(match: WebhookMatch | undefined): WebhookAuth | undefined {
  // Checked when it was deployed.
  return match?.route.trigger.input.auth as WebhookAuth | undefined;
}
