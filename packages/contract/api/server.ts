import * as z from "zod";
import { roles } from "./permissions.ts";
import { route } from "./route.ts";
import { id } from "./shapes.ts";

export const serverRoutes = {
  getReady: route({
    method: "GET",
    path: "/ready",
    summary:
      "200 when the server can take events; otherwise 503, with what is not ready in `error.details.notReady`.",
    permission: "public",
    reply: z.object({ ready: z.literal(true) }),
    errors: ["SERVER_NOT_READY", "SERVER_STOPPING"],
  }),
  whoAmI: route({
    method: "GET",
    path: "/api/me",
    summary: "Says who the caller is and which namespaces are open to it.",
    permission: "signed-in",
    reply: z.object({
      kind: z.enum(["user", "key"]),
      id: z.string(),
      name: z.string(),
      email: z.string().optional(),
      /** Whether the admin page is open to them. */
      isAdministrator: z.boolean(),
      organizations: z.array(z.object({ id: id("organization"), name: z.string(), role: z.enum(roles) })),
      namespaces: z.array(
        z.object({ id: id("namespace"), name: z.string(), organizationId: id("organization") }),
      ),
    }),
  }),
};
