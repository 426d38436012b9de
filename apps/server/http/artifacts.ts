import type { IncomingMessage, ServerResponse } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import type { ServerContext } from "../context.ts";

export { ARTIFACTS_PREFIX } from "../platform/blobs/served-artifacts.ts";

/** One artifact, for whoever has an address of it: a function that fetches its bundle, or an event's body. */
export async function handleArtifact(
  { artifacts, servedArtifacts, report }: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const known = request.method === "GET" ? servedArtifacts.read(request.url ?? "") : undefined;
  try {
    if (known === undefined) throw new FlowwError("NOT_FOUND");
    const bytes = await artifacts.get(known.namespaceId, known.hash);
    response
      .writeHead(200, {
        "content-type": "application/octet-stream",
        "content-length": bytes.byteLength,
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
      })
      .end(bytes);
  } catch (error) {
    const isMissing = error instanceof FlowwError && error.code === "NOT_FOUND";
    if (!isMissing) report(error);
    response.writeHead(isMissing ? 404 : 500).end();
  }
}
