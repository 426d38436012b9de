import * as z from "zod";
import { limits } from "../limits.ts";
import { route } from "./route.ts";
import { id, instant, name, namespaceParams } from "./shapes.ts";

/** One line of a provider's set-up form. */
const setupField = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string().optional(),
  /** Encrypted, and never shown again. */
  isSecret: z.boolean(),
  isOptional: z.boolean(),
  default: z.string().optional(),
});

export const providerType = z.object({
  type: z.string(),
  title: z.string(),
  /** What to do at the service first. */
  guide: z.string(),
  fields: z.array(setupField),
});

export const provider = z.object({
  id: id("provider"),
  type: z.string(),
  alias: z.string(),
  /** Values of the fields that are no secrets. */
  fields: z.record(z.string(), z.string()),
  /** Names of the secret fields that have a value. */
  secretFields: z.array(z.string()),
  /** Whose account the service says it is. */
  account: z.string(),
  /** Where a person tells the service to send its events; only for services that need it. */
  eventUrl: z.string().optional(),
  /** `failing`: what the service, or its webhooks, said last. */
  status: z.enum(["working", "failing"]),
  failure: z.string().optional(),
  /** When the credential ends, where the service says so. */
  credentialExpiresAt: instant.optional(),
  /** Webhooks that the server keeps at the service. */
  registrations: z.array(
    z.object({
      target: z.string(),
      events: z.array(z.string()),
      status: z.enum(["working", "failing"]),
      failure: z.string().optional(),
      checkedAt: instant.optional(),
    }),
  ),
  /** Names of the workflows whose active version uses it. */
  usedBy: z.array(z.string()),
  lastUsedAt: instant.optional(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string(),
});

const base = "/api/namespaces/:namespaceId/providers";
const providerParams = namespaceParams.extend({ providerId: id("provider") });

export const providerRoutes = {
  listProviderTypes: route({
    method: "GET",
    path: "/api/provider-types",
    summary: "Lists the services that this server knows, with the fields that each one's set-up asks for.",
    permission: "signed-in",
    reply: z.object({ items: z.array(providerType) }),
  }),
  listProviders: route({
    method: "GET",
    path: base,
    summary: "Lists a namespace's configured providers, never their secrets.",
    permission: "provider.read",
    params: namespaceParams,
    reply: z.object({ items: z.array(provider) }),
  }),
  setProvider: route({
    method: "PUT",
    path: base,
    summary:
      "Configures a provider, or changes the fields that are named; the others keep their values. The credential is tried first.",
    permission: "provider.write",
    params: namespaceParams,
    body: z.strictObject({
      type: name,
      alias: name.default("default"),
      fields: z.record(name, z.string().max(limits.secretBytesMax)),
    }),
    reply: provider,
    errors: [
      "PROVIDER_TYPE_UNKNOWN",
      "PROVIDER_FIELDS_INVALID",
      "PROVIDER_CREDENTIAL_REFUSED",
      "PROVIDER_UNREACHABLE",
      "STATE_CONFLICT",
    ],
  }),
  checkProvider: route({
    method: "POST",
    path: `${base}/:providerId/check`,
    summary: "Tries the credential and the webhooks at the service, and repairs what drifted.",
    permission: "provider.write",
    params: providerParams,
    reply: provider,
  }),
  deleteProvider: route({
    method: "DELETE",
    path: `${base}/:providerId`,
    summary: "Deletes a provider and its webhooks at the service; calls through it fail from then on.",
    permission: "provider.write",
    params: providerParams,
    query: z.object({ force: z.stringbool().default(false) }),
    status: 204,
    errors: ["PROVIDER_IN_USE"],
  }),
};
