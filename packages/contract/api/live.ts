import * as z from "zod";
import { route } from "./route.ts";
import { namespaceParams } from "./shapes.ts";

/**
 * What a bell of a namespace says: that something there is not what it was. Never what; whoever hears it asks the API.
 * Bells of executions are gathered: several a second ring as one.
 */
export const bell = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("executions"),
    /** Ids with commas between them; empty when there were too many to name: any may have changed. */
    ids: z.string(),
  }),
  /** Deliveries came in that caused no execution. */
  z.object({ kind: z.literal("deliveries") }),
  /** A route of the API changed something. */
  z.object({ kind: z.literal("change"), route: z.string() }),
]);

export type Bell = z.infer<typeof bell>;

export const liveRoutes = {
  openLive: route({
    method: "POST",
    path: "/api/namespaces/:namespaceId/live",
    summary:
      "Gives the channel where the namespace's bells ring, with tokens that are good for less than a minute; asked again, fresh ones.",
    permission: "execution.read",
    isAudited: false,
    params: namespaceParams,
    reply: z.object({
      /** Of the realtime service, for the `centrifuge` client. */
      url: z.string(),
      channel: z.string(),
      connectionToken: z.string(),
      subscriptionToken: z.string(),
    }),
  }),
};
