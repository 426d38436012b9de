import { isChannelName } from "../../publication.ts";
import type { VerifiedToken } from "../../token-issuer.ts";
import { subscriptionAlarm } from "../alarms.ts";
import type { Client } from "../broker-core.ts";
import type { ChannelHistory, StreamPosition } from "../broker-engine.ts";
import { disconnect, type Request, refuse, unsubscribed } from "../protocol.ts";
import { Subscription } from "../subscription.ts";
import type { Outcome } from "./outcome.ts";

export async function subscribe(client: Client, request: Request<"subscribe">): Promise<Outcome> {
  const { core, subscriptions } = client;
  const { channel } = request;
  if (!channel) throw disconnect.badRequest();
  if (!isChannelName(channel, core.limits.channelNameBytesMax)) throw refuse.badRequest();
  if (subscriptions.has(channel)) throw refuse.alreadySubscribed();
  if (subscriptions.size >= core.limits.channelsPerConnectionMax) throw refuse.limitExceeded();
  if (!request.token) throw refuse.permissionDenied();
  const verified = await verifySubscriptionToken(client, channel, request.token);
  if (verified === "expired") throw refuse.tokenExpired();
  if (verified === "invalid") throw refuse.permissionDenied();

  const subscription = reserve(client, channel);
  try {
    // Listening first and reading second: what is published in between arrives twice and never not at all.
    await core.hub.join(channel, subscription);
    await core.pauseAt("joined", channel);
    const stream = await core.engine.history(channel, request.recover ? (request.offset ?? 0) : NOTHING);
    await core.pauseAt("read", channel);
    if (subscriptions.get(channel) !== subscription) throw refuse.internal();
    const expiry = keepUntilExpiry(client, channel, verified);
    return {
      reply: { subscribe: { ...expiry, recoverable: true, positioned: true, ...standing(request, stream) } },
      afterReply: () => subscription.open(stream.position),
    };
  } catch (error) {
    client.endSubscription(channel);
    throw error;
  }
}

/** After an offset that no stream reaches there is nothing. */
const NOTHING = Number.MAX_SAFE_INTEGER;

export function unsubscribe(client: Client, { channel }: Request<"unsubscribe">): Outcome {
  if (!channel) throw disconnect.badRequest();
  client.endSubscription(channel);
  return { reply: { unsubscribe: {} } };
}

export async function refreshSubscription(
  client: Client,
  { channel, token }: Request<"sub_refresh">,
): Promise<Outcome> {
  if (!channel) throw disconnect.badRequest();
  if (!client.subscriptions.has(channel)) throw refuse.permissionDenied();
  if (!token) throw refuse.badRequest();
  const verified = await verifySubscriptionToken(client, channel, token);
  if (verified === "expired") throw refuse.tokenExpired();
  if (verified === "invalid") throw disconnect.invalidToken();
  return { reply: { sub_refresh: keepUntilExpiry(client, channel, verified) } };
}

/** A good token for something else is no mistake of an honest client: it ends the client, as with Centrifugo. */
async function verifySubscriptionToken(
  client: Client,
  channel: string,
  token: string,
): Promise<VerifiedToken | "expired" | "invalid"> {
  const verified = await client.core.tokens.verify(token);
  if (typeof verified === "string") return verified;
  if (verified.channel === undefined) return "invalid";
  if (verified.channel !== channel || verified.subject !== client.subject) throw disconnect.invalidToken();
  return verified;
}

function reserve(client: Client, channel: string): Subscription {
  const subscription = new Subscription({
    channel,
    client: client.id,
    subject: client.subject ?? "",
    send: (line) => client.send(line),
    onLost: (wasOpen) =>
      client.endSubscription(channel, wasOpen ? unsubscribed.insufficientState : undefined),
    heldMax: client.core.limits.heldPublicationsMax,
  });
  client.subscriptions.set(channel, subscription);
  return subscription;
}

function keepUntilExpiry(client: Client, channel: string, { expiresAtSeconds }: VerifiedToken) {
  const { now, limits } = client.core;
  const leftMs = expiresAtSeconds * 1000 - now();
  client.alarms.set(subscriptionAlarm(channel), leftMs + limits.expiredSubscriptionCloseDelayMs, () =>
    client.endSubscription(channel, unsubscribed.expired),
  );
  return { expires: true, ttl: Math.max(1, Math.ceil(leftMs / 1000)) };
}

/** Where the client stands: everything it missed and from where, or the stream's end and that it could not be recovered. */
function standing(request: Request<"subscribe">, { publications, position }: ChannelHistory) {
  const { epoch } = position;
  if (!request.recover) return { epoch, offset: position.offset };
  const from = { offset: request.offset ?? 0, epoch: request.epoch || epoch };
  if (!isWhole(from, publications, position)) return { epoch, offset: position.offset, was_recovering: true };
  const missed = publications.map(({ json, offset }) => ({ data: JSON.parse(json), offset }));
  return { epoch, offset: from.offset, publications: missed, recovered: true, was_recovering: true };
}

function isWhole(
  from: StreamPosition,
  publications: ChannelHistory["publications"],
  position: StreamPosition,
): boolean {
  if (from.epoch !== position.epoch) return false;
  return from.offset + publications.length === position.offset;
}
