import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { getRequestListener } from "@hono/node-server";
import type { ServerContext } from "../context.ts";
import { CONNECTION_PATH } from "../platform/realtime/embedded/embedded-broker.ts";
import { createApi } from "./api.ts";
import { ARTIFACTS_PREFIX, handleArtifact } from "./artifacts.ts";
import { cutOffSlowBody } from "./cut-off-slow-body.ts";
import { cutOffSlowReader } from "./cut-off-slow-reader.ts";
import { handleWebhook, WEBHOOK_PREFIX } from "./ingress.ts";
import { handleRegistry, REGISTRY_PREFIX } from "./registry/registry.ts";

const HEADER_BYTES_MAX = 32 * 1024;
const HEADERS_MS_MAX = 15_000;
/** A body that trickles is cut off: 5 MB in a minute is slower than any caller worth waiting for. */
const REQUEST_MS_MAX = 60_000;
/** And so is who reads as slowly what is ready for him. */
const ANSWER_MS_MAX = 60_000;
/** Of 20 MB and more, to a function that may be far away. */
const ARTIFACT_MS_MAX = 10 * 60_000;
const KEEP_ALIVE_MS = 65_000;

export interface ListenOptions {
  host: string;
  port: number;
  /** Takes over a WebSocket's connection at the realtime path; undefined: there is none here. */
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
}

/** One port: webhooks and images straight on node:http, everything else through the API. */
export async function listenHttp(
  context: ServerContext,
  { host, port, upgrade }: ListenOptions,
): Promise<Server> {
  const api = getRequestListener(createApi(context).fetch, { overrideGlobalObjects: false });
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_MS_MAX,
    // By path, below: an image takes longer than a webhook's body.
    requestTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
    // An offer of any other protocol is not taken up (RFC 9110, 7.8): Java's client makes one of h2c with each request.
    shouldUpgradeCallback: (request) => upgrade !== undefined && isOfRealtime(request),
  });
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    request.url = inOriginForm(request.url ?? "");
    if (request.url?.startsWith(REGISTRY_PREFIX)) {
      void handleRegistry(context, request, response);
      return;
    }
    cutOffSlowBody(request, REQUEST_MS_MAX);
    const isArtifact = request.url?.startsWith(ARTIFACTS_PREFIX) === true;
    cutOffSlowReader(response, isArtifact ? ARTIFACT_MS_MAX : ANSWER_MS_MAX);
    if (isArtifact) void handleArtifact(context, request, response);
    else if (request.url?.startsWith(WEBHOOK_PREFIX)) void handleWebhook(context, request, response);
    else void api(request, response);
  };
  server.on("request", serve);
  server.on("checkContinue", (request, response) => {
    // Whoever asks first is spared a body that is refused for its length.
    if (!isTooLarge(request)) response.writeContinue();
    server.emit("request", request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    if (upgrade !== undefined && isOfRealtime(request)) upgrade(request, socket, head);
    else refuseUpgrade(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new FlowwError("PORT_TAKEN", `Another program listens on ${host}:${port}.`)
          : error,
      );
    });
    server.listen(port, host, resolve);
  });
  return server;
}

/** Before Node 24.9, which has no `shouldUpgradeCallback`. Nobody else listens to this socket any more, or reads from it. */
function refuseUpgrade(socket: Duplex): void {
  socket.on("error", () => undefined);
  socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n", () => socket.destroy());
}

function isOfRealtime({ url }: IncomingMessage): boolean {
  return url?.split("?", 1)[0] === CONNECTION_PATH;
}

/** A server takes a whole address too (RFC 9112, 3.2.2); whose it is said to be decides nothing here. */
function inOriginForm(target: string): string {
  if (target.startsWith("/")) return target;
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return rest === target || rest.startsWith("/") ? rest : `/${rest}`;
}

function isTooLarge({ url, headers }: IncomingMessage): boolean {
  return url?.startsWith(WEBHOOK_PREFIX) === true && Number(headers["content-length"]) > limits.bodyBytesMax;
}
