import { describe, test } from "vitest";
import { behaviours } from "./behaviours/index.ts";
import { buildWorkflow } from "./build-workflow.ts";
import type { TransportUnderTest } from "./transport.ts";

const ENVIRONMENT = { GREETING: "hello" };

/** Runs the table over a transport: every behaviour that asks for no more than the transport says it can. */
export function describeConformance(transport: TransportUnderTest): void {
  describe(`an executor over ${transport.name}`, () => {
    for (const { name, workflow, needs = [], check } of behaviours) {
      if (!needs.every((capability) => transport.capabilities.has(capability))) continue;
      test(name, { timeout: 90_000 }, async () => {
        await using runtime = await transport.open(await buildWorkflow(workflow), { env: ENVIRONMENT });
        if (!needs.includes("load")) await runtime.load();
        await check(runtime);
      });
    }
  });
}
