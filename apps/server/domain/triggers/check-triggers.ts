import type { WebhookAuth } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { place, refuseSharedAddresses } from "@floww/contract/handler-id";
import type { Manifest, ManifestTrigger } from "@floww/contract/manifest";
import { type TriggerOptions, triggerOptions } from "@floww/contract/trigger-options";
import { webhookAuth } from "@floww/contract/webhook-auth";
import { z } from "zod";
import { getProviderServer, type ProviderServers } from "../providers/provider-servers.ts";
import { findOptionsFault, type OptionsCase } from "./check-options.ts";
import { parseCron } from "./cron-schedule.ts";
import { fieldOf } from "./verify-webhook.ts";

/** What each built-in trigger's input must be. It came out of user code: the SDK's types bind nobody. */
const inputs: Record<string, z.ZodType> = {
  onWebhook: z.strictObject({
    method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]),
    path: z
      .string()
      .max(1024)
      .regex(/^\/[^?#\u0000-\u0020]*$/, "must begin with / and hold no query, fragment or space"),
    response: z.enum(["handler", "ack"]),
    auth: webhookAuth.optional(),
    setup: z.literal(true).optional(),
    teardown: z.literal(true).optional(),
    cors: z
      .strictObject({
        origins: z.union([
          z.literal("*"),
          z
            .array(
              z.string().regex(/^https?:\/\/[^\s/?#]+$/, "must be origins such as https://app.example.com"),
            )
            .min(1)
            .max(100),
        ]),
        headers: z
          .array(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/))
          .max(50)
          .optional(),
        maxAgeSeconds: z.number().int().min(0).max(86_400).optional(),
      })
      .optional(),
    ...triggerOptions.shape,
  }),
  onCron: z.strictObject({
    expression: z.string().max(256),
    timezone: z.string().max(64),
    catchUp: z.enum(["skip", "last", "all"]),
    overlap: z.boolean(),
    ...triggerOptions.shape,
  }),
  onManual: z.strictObject({
    name: z.string().min(1).max(512),
    description: z.string().max(2_000).optional(),
    inputSchema: z.record(z.string(), z.json()).optional(),
    ...triggerOptions.shape,
  }),
};

/** @throws FlowwError MANIFEST_INVALID with the source line, HANDLER_ID_TAKEN, TRIGGER_TAKEN, PROVIDER_TYPE_UNKNOWN */
export function checkTriggers(manifest: Manifest, providerServers: ProviderServers): void {
  for (const { type } of manifest.providers) getProviderServer(providerServers, type);
  const seen = new Set<string>();
  for (const trigger of manifest.triggers) {
    checkInput(trigger, inputOf(trigger, providerServers));
    checkOptions(trigger, providerServers);
    checkAuth(trigger, manifest);
    if (seen.has(trigger.handlerId))
      throw new FlowwError("HANDLER_ID_TAKEN", `Two triggers have the id "${trigger.handlerId}".`);
    seen.add(trigger.handlerId);
  }
  refuseSharedAddresses(manifest.triggers);
}

function inputOf(
  { provider, type }: ManifestTrigger,
  providerServers: ProviderServers,
): z.ZodType | undefined {
  if (provider.type === "builtin") return inputs[type];
  const { triggers } = getProviderServer(providerServers, provider.type);
  const known = Object.hasOwn(triggers, type) ? triggers[type] : undefined;
  return known?.input.extend(triggerOptions.shape).strict();
}

function checkInput(trigger: ManifestTrigger, input: z.ZodType | undefined): void {
  const result = input?.safeParse(trigger.input);
  if (result === undefined) {
    throw new FlowwError(
      "MANIFEST_INVALID",
      `${place(trigger.source)}: this server knows no trigger ${trigger.type}.`,
    );
  }
  if (result.success) return checkSchedule(trigger, result.data);
  const issue = result.error.issues[0];
  throw new FlowwError(
    "MANIFEST_INVALID",
    `${place(trigger.source)}: ${trigger.type} ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

function checkOptions(trigger: ManifestTrigger, providerServers: ProviderServers): void {
  const { type, source, input } = trigger;
  const fault = findOptionsFault(input as TriggerOptions, caseOf(trigger, providerServers));
  if (fault !== undefined) throw new FlowwError("MANIFEST_INVALID", `${place(source)}: ${type}: ${fault}.`);
}

/** Only what a workflow declares is looked at for it: a deploy asks for its value, and people see who uses it. */
function checkAuth({ source, type, input }: ManifestTrigger, { secrets }: Manifest): void {
  if (type !== "onWebhook" || input.auth === undefined) return;
  const { name, credential } = fieldOf(input.auth as WebhookAuth);
  if (secrets.some((secret) => secret.name === name && secret.credential === credential)) return;
  throw new FlowwError(
    "MANIFEST_INVALID",
    `${place(source)}: auth names the secret "${name}", which the workflow does not declare.`,
    { fix: 'Make it with `new Secret("name", schema)` at top level, and give `auth` its `field(…)`.' },
  );
}

function caseOf({ provider, type, input }: ManifestTrigger, providerServers: ProviderServers): OptionsCase {
  if (type === "onCron") return { kind: "cron", waits: false };
  if (type === "onManual") return { kind: "manual", waits: false };
  if (provider.type === "builtin")
    return { kind: "webhook", waits: input.response !== "ack", path: String(input.path) };
  const { triggers } = getProviderServer(providerServers, provider.type);
  return { kind: "vendor", waits: triggers[type]?.response === "handler" };
}

function checkSchedule({ type, source }: ManifestTrigger, input: unknown): void {
  if (type !== "onCron") return;
  const { expression, timezone } = input as { expression: string; timezone: string };
  try {
    parseCron(expression, timezone, new Date());
  } catch (error) {
    if (error instanceof FlowwError)
      throw new FlowwError(error.code, `${place(source)}: ${error.message}`, { cause: error });
    throw error;
  }
}
