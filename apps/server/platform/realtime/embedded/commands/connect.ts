import type { Connection } from "../connection.ts";
import { disconnect, type Request, refuse } from "../protocol.ts";
import type { VerifiedToken } from "../token-issuer.ts";
import type { Outcome } from "./carry-out.ts";

const VERSION = "floww";

export async function connect(connection: Connection, { token }: Request<"connect">): Promise<Outcome> {
  const { core } = connection;
  if (connection.subject !== undefined || !token) throw disconnect.badRequest();
  const verified = await verifyConnectionToken(connection, token);
  if (verified === "expired") throw refuse.tokenExpired();
  if (connection.isEnded) throw disconnect.stale();
  if (core.connectionsOf(verified.subject) >= core.limits.connectionsPerSubjectMax) {
    throw disconnect.connectionLimit();
  }
  core.admit(connection, verified.subject);
  connection.alarms.clear("stale");
  connection.startPings();
  const expiry = keepUntilExpiry(connection, verified);
  const ping = Math.ceil(core.limits.pingIntervalMs / 1000);
  return { reply: { connect: { client: connection.id, version: VERSION, ...expiry, ping, pong: true } } };
}

/** A fresh token of the same subject lets the connection live on. */
export async function refresh(connection: Connection, { token }: Request<"refresh">): Promise<Outcome> {
  if (!token) throw disconnect.badRequest();
  const verified = await verifyConnectionToken(connection, token);
  if (verified === "expired") throw disconnect.expired();
  if (verified.subject !== connection.subject) throw disconnect.invalidToken();
  return { reply: { refresh: keepUntilExpiry(connection, verified) } };
}

async function verifyConnectionToken(
  connection: Connection,
  token: string,
): Promise<VerifiedToken | "expired"> {
  const verified = await connection.core.tokens.verify(token);
  const isForSubscription = typeof verified === "object" && verified.channel !== undefined;
  if (verified === "invalid" || isForSubscription) throw disconnect.invalidToken();
  return verified;
}

function keepUntilExpiry(connection: Connection, { expiresAtSeconds }: VerifiedToken) {
  const { now, limits } = connection.core;
  const leftMs = expiresAtSeconds * 1000 - now();
  connection.alarms.set("expiry", leftMs + limits.expiredCloseDelayMs, () =>
    connection.end(disconnect.expired()),
  );
  return { expires: true, ttl: Math.max(1, Math.ceil(leftMs / 1000)) };
}
