import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { errorReply, FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { connectOutside, type OutsideOptions } from "../outside/connect-outside.ts";

export interface EgressProxyOptions extends OutsideOptions {
  /** Connections at a time. */
  connectionsMax?: number;
  /** A connection that says nothing for this long is closed. */
  idleMsMax?: number;
}

const IDLE_MS_MAX = 5 * 60_000;
const HEADER_MS_MAX = 10_000;

/** Hop by hop: between the sandbox and us, no business of who is asked. */
const OWN_HEADERS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authorization",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The only way out of one sandbox: an HTTP proxy on a UNIX socket, for CONNECT and for absolute addresses. Every
 * sandbox has one of its own, so that none can use up another's connections.
 */
export function listenEgress(path: string, options: EgressProxyOptions = {}): Server {
  const { connectionsMax = limits.processConnectionsMax, idleMsMax = IDLE_MS_MAX } = options;
  const server = createServer({ headersTimeout: HEADER_MS_MAX, requestTimeout: 0 });
  server.maxConnections = connectionsMax;
  const outgoing = new Set<Duplex>();
  const track = (socket: Socket) => {
    socket.setTimeout(idleMsMax, () => socket.destroy());
    outgoing.add(socket.once("close", () => outgoing.delete(socket)));
    // A broken connection is told to whoever reads from it; here it is no event.
    return socket.on("error", () => undefined);
  };
  const open = async (host: string, port: number) => track(await connectOutside(host, port, options));
  server.on("connect", (asked: IncomingMessage, inside: Duplex, head: Buffer) => {
    inside.on("error", () => undefined);
    outgoing.add(inside.once("close", () => outgoing.delete(inside)));
    void tunnel(asked, inside, head, open);
  });
  server.on("request", (asked, answer) => void forward(asked, answer, open));
  server.on("close", () => {
    for (const socket of outgoing) socket.destroy();
  });
  server.listen(path);
  return server;
}

type Open = (host: string, port: number) => Promise<Socket>;

async function tunnel(asked: IncomingMessage, inside: Duplex, head: Buffer, open: Open): Promise<void> {
  try {
    const authority = URL.parse(`http://${asked.url}`);
    const port = Number(asked.url?.match(/:(\d{1,5})$/)?.[1]);
    if (authority === null || !(port > 0 && port < 65_536))
      throw new FlowwError("EGRESS_REFUSED", "CONNECT takes host:port.");
    const outside = await open(authority.hostname, port);
    if (inside.destroyed) return void outside.destroy();
    inside.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.byteLength > 0) outside.write(head);
    outside.pipe(inside).pipe(outside);
    // pipe passes an end on, and not a break.
    inside.once("close", () => outside.destroy());
    outside.once("close", () => inside.destroy());
  } catch (thrown) {
    const { status, text } = refusalOf(thrown);
    const headers = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close`;
    inside.end(`HTTP/1.1 ${status} Refused\r\n${headers}\r\n\r\n${text}`);
  }
}

async function forward(asked: IncomingMessage, answer: ServerResponse, open: Open): Promise<void> {
  try {
    const url = URL.parse(asked.url ?? "");
    if (url === null || url.protocol !== "http:" || url.username !== "" || url.password !== "")
      throw new FlowwError("EGRESS_REFUSED", "This proxy takes CONNECT and absolute http addresses.");
    const socket = await open(url.hostname, Number(url.port || 80));
    const outside = request({
      createConnection: () => socket,
      method: asked.method ?? "GET",
      path: `${url.pathname}${url.search}`,
      headers: [...endToEnd(asked.rawHeaders), "connection", "close"],
      setHost: false,
    });
    outside.once("error", (error) => refuse(answer, error));
    outside.once("response", (received) => {
      answer.writeHead(received.statusCode ?? 502, endToEnd(received.rawHeaders));
      received.pipe(answer);
      received.once("error", () => answer.destroy());
    });
    answer.once("close", () => socket.destroy());
    asked.pipe(outside);
  } catch (thrown) {
    refuse(answer, thrown);
  }
}

function endToEnd(raw: string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (!OWN_HEADERS.has(raw[index]!.toLowerCase())) kept.push(raw[index]!, raw[index + 1]!);
  }
  return kept;
}

function refuse(answer: ServerResponse, thrown: unknown): void {
  if (answer.headersSent) return void answer.destroy();
  const { status, text } = refusalOf(thrown);
  answer.writeHead(status, { "content-type": "application/json", connection: "close" }).end(text);
}

function refusalOf(thrown: unknown): { status: number; text: string } {
  if (thrown instanceof FlowwError)
    return { status: thrown.status, text: JSON.stringify(errorReply(thrown)) };
  // Nothing of the system's message: it would tell what lies where.
  return { status: 502, text: '{"error":{"code":"EGRESS_FAILED","message":"The address was not reached."}}' };
}
