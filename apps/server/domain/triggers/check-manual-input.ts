import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";
import type { Trigger } from "./store.ts";

/** Holds the input against the trigger's JSON Schema. @throws FlowwError INPUT_INVALID with the reasons */
export function checkManualInput(trigger: Trigger, input: unknown): void {
  const { inputSchema } = trigger.input;
  if (inputSchema === undefined) return;
  const schema = z.fromJSONSchema(inputSchema as Parameters<typeof z.fromJSONSchema>[0]);
  const result = schema.safeParse(input);
  if (result.success) return;
  const reasons = result.error.issues
    .slice(0, 20)
    .map(({ path, message }) => `${["input", ...path].join(".")}: ${message}`);
  throw new FlowwError("INPUT_INVALID", reasons.join("; "), {
    fix: `See what "${trigger.key}" takes: floww list triggers`,
  });
}
