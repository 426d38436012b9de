import { Builtin, type Context, type Handler, WebhookError, type WebhookEvent } from "@floww/sdk";
import { SecondWebhookError } from "./second-sdk.ts";

/** Every way to answer. */
const builtin = new Builtin();
const on = (id: string, handler: Handler<WebhookEvent>) =>
  builtin.triggers.onWebhook({ id, path: `/${id}`, handler });

on("data", () => ({ hello: "Ada", list: [1, null, true] }));
on("string", () => "plain text, ünïcode");
on("bytes", () => new Uint8Array([0, 255, 1, 254]));
on("nothing", () => undefined);
on("null", () => null);
on("echo", (_, event) => event.rawBody);

on("response", () => {
  const headers = new Headers({ "x-one": "1" });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  return new Response(new Uint8Array([0, 1, 2, 255]), { status: 418, headers });
});
on("empty-response", () => new Response(null, { status: 304 }));
on("large-headers", () => new Response("", { headers: { "x-large": "x".repeat(64 * 1024) } }));
on("error-response", () => Response.error());

on("stream", (ctx) => {
  let pieces = 0;
  const body = new ReadableStream({
    async pull(controller) {
      pieces += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      ctx.logger.info(`piece ${pieces}`);
      controller.enqueue(new TextEncoder().encode(`piece ${pieces};`));
      if (pieces === 3) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
});
on("endless-stream", (ctx) => {
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(16 * 1024));
    },
    cancel() {
      ctx.logger.info("the stream was cancelled");
    },
  });
  return new Response(body);
});
on("broken-stream", () => {
  let pieces = 0;
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (++pieces === 2) throw new TypeError("the source broke");
      controller.enqueue(new Uint8Array([1]));
    },
  });
  return new Response(body);
});

on("webhook-error", () => {
  throw new WebhookError(409, { reason: "taken" });
});
on("second-webhook-error", () => {
  throw new SecondWebhookError(410, "gone");
});

on("bigint", () => ({ big: 1n }));
on("circular", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  return circle;
});
on("function", () => () => 1);
on("hostile-json", () => ({
  toJSON() {
    throw null;
  },
}));
on("too-large", () => "x".repeat(5 * 1024 * 1024 + 1));
on("just-large-enough", () => "x".repeat(5 * 1024 * 1024));

on("early", async (ctx) => {
  await ctx.respond({ early: true });
  ctx.logger.info("after the answer");
  return "nobody hears this";
});
on("twice", async (ctx) => {
  await ctx.respond("one");
  await ctx.respond("two");
});
on("early-stream", async (ctx: Context) => {
  await ctx.respond(new Response(new Blob(["a".repeat(300_000)]).stream()));
  ctx.logger.info("streamed");
});
on("throws-after", async (ctx) => {
  await ctx.respond("accepted");
  throw new TypeError("too late to tell");
});
on("second-try", async (ctx) => {
  await ctx.respond({ big: 1n }).catch(() => undefined);
  await ctx.respond("the second try");
});
