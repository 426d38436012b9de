import { Builtin } from "floww";

const builtin = new Builtin();

builtin.triggers.onWebhook<{ name?: string }>({
  path: "/hello",
  handler: (ctx, event) => {
    const name = event.body?.name ?? "world";
    ctx.logger.info(`greeting ${name}`);
    return { message: `Hello, ${name}!` };
  },
});
