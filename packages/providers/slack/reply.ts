import type { Handler } from "@floww/sdk/provider";

/**
 * A handler whose answer is Slack's reply: text becomes a message, an object goes as it is, nothing is an empty 200.
 * Slack takes no other status for done, so the 204 that nothing is elsewhere would be shown as a failure.
 */
export function replyingHandler<Event>(handler: Handler<Event>): Handler<Event> {
  return async (ctx, event) => {
    const answering = { ...ctx, respond: (value?: unknown) => ctx.respond(replyOf(value)) };
    return replyOf(await handler(answering, event));
  };
}

function replyOf(value: unknown): unknown {
  if (value === undefined || value === null) return new Response(null, { status: 200 });
  return typeof value === "string" ? { text: value } : value;
}
