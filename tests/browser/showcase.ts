import { createProject, type WorkflowProject } from "../e2e/workflow-project.ts";

/** What the screens are shown with: triggers of every kind, a run that fails, one that waits, logs in colours. */
export const showcaseSource = `import { Builtin } from "floww";

const builtin = new Builtin();

builtin.triggers.onWebhook({
  path: "/orders",
  handler: async (ctx, event) => {
    ctx.logger.info("\\u001b[32mgreen\\u001b[0m order received");
    ctx.logger.warn("stock is low");
    const total = await ctx.step("price", () => 42);
    return { total, echo: event.body };
  },
});

builtin.triggers.onWebhook({
  path: "/fails",
  handler: () => {
    throw new TypeError("the card was declined");
  },
});

builtin.triggers.onWebhook({
  path: "/stock/:item",
  method: "GET",
  handler: (_, event) => ({ item: event.params.item, left: 3 }),
});

builtin.triggers.onManual({
  name: "greet",
  inputSchema: {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", description: "Who is greeted" }, loud: { type: "boolean" } },
  },
  handler: (_, event) => ({ greeting: "Hello, " + event.input_data.name }),
});

builtin.triggers.onManual({
  name: "slow",
  handler: async (ctx) => {
    for (let tick = 1; ; tick++) {
      ctx.logger.info("tick " + tick);
      await new Promise((resolve) => setTimeout(resolve, 300));
      if (ctx.signal.aborted) return;
    }
  },
});

builtin.triggers.onManual({
  name: "waits",
  handler: (ctx) => ctx.waitFor("release", { approval: { title: "Ship the order?", notify: () => undefined }, timeout: "1h" }),
});

builtin.triggers.onCron({ expression: "0 6 * * 1-5", timezone: "Europe/Berlin", handler: () => undefined });
`;

export function createShowcase(): Promise<WorkflowProject> {
  return createProject("shop", showcaseSource);
}
