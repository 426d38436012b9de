import { Builtin } from "floww";

// The same work as in the programs it is measured against: JSON in, small JSON out, nothing logged.
const builtin = new Builtin();
builtin.triggers.onWebhook<{ name: string }>({
  path: "/hello",
  handler: (_, event) => ({ message: `Hello, ${event.body.name}!` }),
});
builtin.triggers.onWebhook<{ name: string }>({
  path: "/later",
  response: "ack",
  handler: (_, event) => ({ message: `Hello, ${event.body.name}!` }),
});
builtin.triggers.onWebhook<string>({
  path: "/steps",
  handler: async (ctx, event) => {
    const { steps } = JSON.parse(new TextDecoder().decode(event.rawBody)) as { steps: number };
    const startedAt = performance.now();
    for (let index = 0; index < steps; index++) await ctx.step("step", () => 1);
    return { ms: performance.now() - startedAt };
  },
});
