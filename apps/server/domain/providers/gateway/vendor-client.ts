import { limits } from "@floww/contract/limits";
import type { VendorClient } from "@floww/providers/server";
import type { Connection } from "../connection.ts";
import type { Gateway } from "./gateway.ts";
import { readAnswer } from "./read-answer.ts";

/** A tenant says where this server is: what it sends is no more than our own few questions need. */
const OWN_ANSWER_BYTES_MAX = 5 * 1024 * 1024;

/** The vendor's API as a server half uses it: small calls of our own, with the connection's credential. */
export function createVendorClient(gateway: Gateway, connection: Connection): VendorClient {
  const { server, fields } = connection;
  return {
    fields,
    fetch: async (url, { method = "GET", headers = {}, body: sentBody = "" } = {}) => {
      const answer = await gateway.call(connection, {
        method,
        url: url.startsWith("/") ? server.canonicalBase + url : url,
        headers: Object.entries(headers),
        body: Buffer.from(sentBody),
        signal: AbortSignal.timeout(limits.providerWaitMs),
      });
      const body = await readAnswer(answer.body, OWN_ANSWER_BYTES_MAX);
      const isBodiless = answer.status === 204 || answer.status === 205 || answer.status === 304;
      const sent = isBodiless ? null : body;
      return new Response(sent, { status: answer.status, headers: answer.headers });
    },
  };
}
