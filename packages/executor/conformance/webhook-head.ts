import type { WebhookEventHead } from "@floww/contract/abi";

/** A request as small as one can be. */
export function webhookHead(head: Partial<WebhookEventHead> = {}): WebhookEventHead {
  return {
    type: "webhook",
    method: "POST",
    path: "/",
    query: "",
    params: {},
    headers: [["content-type", "application/json"]],
    receivedAt: "2026-01-01T00:00:00.000Z",
    ...head,
  };
}
