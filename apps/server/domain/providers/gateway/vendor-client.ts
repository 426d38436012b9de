import { limits } from "@floww/contract/limits";
import type { VendorClient } from "@floww/providers/server";
import type { Connection } from "../connection.ts";
import type { Gateway } from "./gateway.ts";

/** The vendor's API as a server half uses it: small calls of our own, with the connection's credential. */
export function createVendorClient(gateway: Gateway, connection: Connection): VendorClient {
  const { server, fields } = connection;
  return {
    fields,
    fetch: async (url, { method = "GET", headers = {}, body = "" } = {}) => {
      const answer = await gateway.call(connection, {
        method,
        url: url.startsWith("/") ? server.canonicalBase + url : url,
        headers: Object.entries(headers),
        body: Buffer.from(body),
        signal: AbortSignal.timeout(limits.providerWaitMs),
      });
      const pieces: Uint8Array[] = [];
      for await (const piece of answer.body) pieces.push(piece);
      const isBodiless = answer.status === 204 || answer.status === 205 || answer.status === 304;
      const sent = isBodiless ? null : Buffer.concat(pieces);
      return new Response(sent, { status: answer.status, headers: answer.headers });
    },
  };
}
