import { FlowwError } from "@floww/contract/errors";
import type { WebhookMatch } from "../domain/triggers/route-table.ts";
import { RefusedError } from "./refused-error.ts";
import { authOf } from "./webhook-proof.ts";

const CHARACTERS_MAX = 255;
/** Of what is too large the head is kept. */
const NOTHING = Buffer.alloc(0);

/**
 * What tells copies of a request: the `webhook-id` where the webhook asks for Standard Webhooks, which is signed; else the
 * Idempotency-Key (draft-ietf-httpapi-idempotency-key-header).
 *
 * @throws RefusedError
 */
export function readSentKey(headers: readonly [string, string][], match: WebhookMatch): string | undefined {
  const headerOf = (wanted: string) => headers.find(([name]) => name === wanted)?.[1];
  if (authOf(match)?.type === "standard-webhooks") return headerOf("webhook-id");
  const given = headerOf("idempotency-key");
  if (given === undefined || given === "") return undefined;
  if (given.length <= CHARACTERS_MAX) return given;
  const shown = new FlowwError(
    "INPUT_INVALID",
    `The Idempotency-Key has more than ${CHARACTERS_MAX} characters.`,
  );
  throw new RefusedError("tooLarge", shown, NOTHING);
}
