import { bundleAbi } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { Fields } from "../../../provider-server.ts";
import { slackServer } from "../../server.ts";

/** Stands for executor and gateway: a provider's calls go to its connection's own address, with its credential. */
export function lendGateway(send: (request: Request) => Promise<Response>): void {
  bundleAbi().host = {
    phase: "run",
    current: () => undefined,
    call: async (operation) => {
      throw new FlowwError("OPERATION_UNKNOWN", operation);
    },
    fetch: (_connection, request) => send(request),
  };
}

/** @throws FlowwError PROVIDER_CALL_REFUSED for what the credential must not be sent to */
export async function sendAuthorized(fields: Fields, request: Request): Promise<Response> {
  const { canonicalBase } = slackServer;
  const isApi = request.url.startsWith(`${canonicalBase}/`);
  const url = isApi ? slackServer.base(fields) + request.url.slice(canonicalBase.length) : request.url;
  if (!slackServer.origins(fields).includes(new URL(url).origin))
    throw new FlowwError("PROVIDER_CALL_REFUSED", `The credential is not sent to ${url}.`);
  const headers = new Headers(request.headers);
  slackServer.authorize(headers, fields);
  const body = request.body === null ? null : await request.arrayBuffer();
  return fetch(url, { method: request.method, headers, body, redirect: "manual" });
}
