import type { VerifiedToken } from "../../token-issuer.ts";
import type { Client } from "../broker-core.ts";
import { disconnect, type Request, refuse } from "../protocol.ts";
import type { Outcome } from "./outcome.ts";

const VERSION = "floww";

export async function connect(client: Client, { token }: Request<"connect">): Promise<Outcome> {
  const { core } = client;
  if (client.subject !== undefined || !token) throw disconnect.badRequest();
  const verified = await verifyConnectionToken(client, token);
  if (verified === "expired") throw refuse.tokenExpired();
  if (client.isEnded) throw disconnect.stale();
  if (core.connectionsOf(verified.subject) >= core.limits.connectionsPerSubjectMax) {
    throw disconnect.connectionLimit();
  }
  core.admit(client, verified.subject);
  client.alarms.clear("stale");
  client.startPings();
  const expiry = keepUntilExpiry(client, verified);
  const ping = Math.ceil(core.limits.pingIntervalMs / 1000);
  return { reply: { connect: { client: client.id, version: VERSION, ...expiry, ping, pong: true } } };
}

/** A fresh token of the same subject lets the connection live on. */
export async function refresh(client: Client, { token }: Request<"refresh">): Promise<Outcome> {
  if (!token) throw disconnect.badRequest();
  const verified = await verifyConnectionToken(client, token);
  if (verified === "expired") throw disconnect.expired();
  if (verified.subject !== client.subject) throw disconnect.invalidToken();
  return { reply: { refresh: keepUntilExpiry(client, verified) } };
}

async function verifyConnectionToken(client: Client, token: string): Promise<VerifiedToken | "expired"> {
  const verified = await client.core.tokens.verify(token);
  const isForSubscription = typeof verified === "object" && verified.channel !== undefined;
  if (verified === "invalid" || isForSubscription) throw disconnect.invalidToken();
  return verified;
}

function keepUntilExpiry(client: Client, { expiresAtSeconds }: VerifiedToken) {
  const { now, limits } = client.core;
  const leftMs = expiresAtSeconds * 1000 - now();
  client.alarms.set("expiry", leftMs + limits.expiredCloseDelayMs, () => client.end(disconnect.expired()));
  return { expires: true, ttl: Math.max(1, Math.ceil(leftMs / 1000)) };
}
