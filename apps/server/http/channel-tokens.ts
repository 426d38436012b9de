import type { RouteCall } from "./route-handler.ts";

/** What tokens are made for, and what is cut off when access ends. */
export function subjectOf({ principal }: Pick<RouteCall, "principal">): string {
  return `${principal.kind}:${principal.id}`;
}

/** What the `centrifuge` client needs for a channel that the caller may listen to: that has been decided before. */
export async function channelTokens(call: RouteCall, channel: string) {
  const { realtime, realtimeUrl } = call.context;
  const [connectionToken, subscriptionToken] = await Promise.all([
    realtime.connectionToken(subjectOf(call)),
    realtime.subscriptionToken(subjectOf(call), channel),
  ]);
  return { url: realtimeUrl(), channel, connectionToken, subscriptionToken };
}
