import * as z from "zod";
import { route } from "./route.ts";
import { instant, name, namespaceParams } from "./shapes.ts";

export const secretMetadata = z.object({
  name: z.string(),
  credential: z.string(),
  /** Names of its fields, never their values. */
  fields: z.array(z.string()),
  version: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string(),
});

const base = "/api/namespaces/:namespaceId/secrets";

/** Write-only: no route ever answers with a value. */
export const secretRoutes = {
  listSecrets: route({
    method: "GET",
    path: base,
    summary: "Lists the names of a namespace's secrets.",
    permission: "secret.read",
    params: namespaceParams,
    reply: z.object({ items: z.array(secretMetadata) }),
  }),
  setSecret: route({
    method: "PUT",
    path: base,
    summary:
      "Sets a secret, or replaces its value. It is encrypted at once and can be read by workflows only.",
    permission: "secret.write",
    params: namespaceParams,
    body: z.strictObject({
      name,
      credential: name.default("default"),
      value: z.record(z.string().regex(/^[^\u0000-\u001f\u007f]{1,128}$/u), z.json()),
    }),
    reply: secretMetadata,
    errors: ["VALUE_TOO_LARGE", "STATE_CONFLICT"],
  }),
  deleteSecret: route({
    method: "DELETE",
    path: base,
    summary: "Deletes a secret; workflows that read it fail from then on.",
    permission: "secret.write",
    params: namespaceParams,
    query: z.object({ name, credential: name.default("default") }),
    status: 204,
  }),
};
