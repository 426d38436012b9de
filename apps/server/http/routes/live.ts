import { bellsChannel } from "../../domain/live/namespace-bells.ts";
import { announceWatch } from "../../domain/live/tell-servers.ts";
import { channelTokens } from "../channel-tokens.ts";
import type { RouteHandlers } from "../route-handler.ts";

export const liveHandlers: Pick<RouteHandlers, "openLive"> = {
  openLive: async (_, call) => {
    const { context, namespace } = call;
    context.bells.watch(namespace.id);
    await announceWatch(context.database, namespace.id);
    return channelTokens(call, bellsChannel(namespace.id));
  },
};
