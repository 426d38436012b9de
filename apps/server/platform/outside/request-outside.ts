import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { OutsideAgents } from "./outside-agents.ts";

export interface OutsideRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: Uint8Array;
  signal: AbortSignal;
  /** Until the answer begins, and between two pieces of it. */
  waitMs: number;
}

export interface OutsideAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: AsyncIterable<Uint8Array>;
}

/** One request without redirects; the answer streams. @throws what the connection says: EGRESS_REFUSED, a system's error */
export function requestOutside(agents: OutsideAgents, asked: OutsideRequest): Promise<OutsideAnswer> {
  const { method, url, headers, body, signal, waitMs } = asked;
  const isSecure = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const options = {
      method,
      signal,
      headers: { ...headers, ...(body.byteLength > 0 ? { "content-length": String(body.byteLength) } : {}) },
    };
    const request = isSecure
      ? requestHttps(url, { ...options, agent: agents.https })
      : requestHttp(url, { ...options, agent: agents.http });
    request.setTimeout(waitMs, () => request.destroy(new Error(`no answer within ${waitMs / 1000} s`)));
    request.once("error", reject);
    request.once("response", (response) =>
      resolve({ status: response.statusCode ?? 502, headers: pairsOf(response), body: response }),
    );
    request.end(body);
  });
}

function pairsOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    pairs.push([rawHeaders[index]!.toLowerCase(), rawHeaders[index + 1]!]);
  return pairs;
}
