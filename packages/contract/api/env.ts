import * as z from "zod";
import { route } from "./route.ts";
import { instant, workflowParams } from "./shapes.ts";

export const variableName = z
  .string()
  .regex(
    /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,127}$/,
    "must be 1 to 128 letters, digits or _, not beginning with a digit",
  );

export const variableMetadata = z.object({
  name: z.string(),
  version: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  updatedBy: z.string(),
});

const base = "/api/namespaces/:namespaceId/workflows/:workflowId/env";

/** A workflow's variables, its `process.env`. Write-only, like secrets. */
export const envRoutes = {
  listVariables: route({
    method: "GET",
    path: base,
    summary: "Lists the names of a workflow's variables.",
    permission: "secret.read",
    params: workflowParams,
    reply: z.object({ items: z.array(variableMetadata) }),
  }),
  setVariable: route({
    method: "PUT",
    path: base,
    summary: "Sets a variable; the next run sees it.",
    permission: "secret.write",
    params: workflowParams,
    body: z.strictObject({
      name: variableName,
      value: z.string().refine((text) => !text.includes("\u0000"), "must not hold U+0000"),
    }),
    reply: variableMetadata,
    errors: ["VALUE_TOO_LARGE", "STATE_CONFLICT"],
  }),
  deleteVariable: route({
    method: "DELETE",
    path: `${base}/:name`,
    summary: "Deletes a variable; the next run is without it.",
    permission: "secret.write",
    params: workflowParams.extend({ name: variableName }),
    status: 204,
  }),
};
