import type { trigger } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { Trigger } from "./store.ts";

/** `workflowUrl` is the base of the workflow's webhooks. */
export function presentTrigger(row: Trigger, workflowUrl: string): z.input<typeof trigger> {
  return {
    id: formatId("trigger", row.id),
    handlerId: row.handlerId,
    type: row.type,
    provider: { type: row.providerType, alias: row.providerAlias },
    ...presentInput(row, workflowUrl),
  };
}

// checkTriggers() has made sure of these shapes before the row was written.
function presentInput(
  { providerType, type, input }: Trigger,
  workflowUrl: string,
): Partial<z.input<typeof trigger>> {
  if (providerType !== "builtin") return {};
  if (type === "onWebhook")
    return { method: input.method as string, url: workflowUrl + (input.path as string) };
  if (type === "onCron")
    return { expression: input.expression as string, timezone: input.timezone as string };
  const inputSchema = input.inputSchema as z.input<typeof trigger>["inputSchema"];
  return { name: input.name as string, ...(inputSchema === undefined ? {} : { inputSchema }) };
}
