import type { Socket } from "node:net";
import { FrameWriter } from "./frame-writer.ts";

/** The answer of one invocation, sent while its handler runs. */
export interface ResponseStream {
  write(bytes: Uint8Array): void;
  /** Calls back once all that was written so far is with the connection. */
  onceOut(callback: () => void): void;
  /** Hands out all that was written before this call returns, as far as the other side takes it in time. */
  writeLast(bytes: Uint8Array): void;
  /** Resolves once the Runtime API has answered, or the connection is gone. */
  end(): Promise<void>;
}

/**
 * A chunked POST (RFC 9112, section 7.1) on a connection of its own, written by hand: a process that is about to end has
 * to push out what waits, however much that is, and node:http cannot.
 */
export async function openResponse(
  where: { host: string; port: number } | { socketPath: string },
  path: string,
): Promise<ResponseStream> {
  const net = process.getBuiltinModule("node:net");
  const socket = "socketPath" in where ? net.connect(where.socketPath) : net.connect(where);
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
  });
  // Whoever waits for its end is told.
  socket.on("error", () => undefined);
  // What the Runtime API has to say of it: that it has come, or that nobody waits for it any more.
  const answered = new Promise<void>((resolve) => socket.once("data", () => resolve()));
  const writer = new FrameWriter(
    () => descriptorOf(socket),
    () => socket.destroy(),
  );
  writer.write(
    Buffer.from(
      [
        `POST ${path} HTTP/1.1`,
        "Host: lambda",
        "Content-Type: application/octet-stream",
        "Lambda-Runtime-Function-Response-Mode: streaming",
        "Transfer-Encoding: chunked",
        "Connection: close",
        "\r\n",
      ].join("\r\n"),
    ),
  );
  return {
    write: (bytes) => writer.write(chunkOf(bytes)),
    onceOut: (callback) => writer.onceOut(callback),
    writeLast: (bytes) => writer.writeLast(chunkOf(bytes)),
    end: async () => {
      writer.write(LAST_CHUNK);
      await Promise.race([answered, gone]);
      socket.destroy();
    },
  };
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");
const CRLF = Buffer.from("\r\n");

/** An empty one would be the last. */
function chunkOf(bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength === 0) return bytes;
  return Buffer.concat([Buffer.from(`${bytes.byteLength.toString(16)}\r\n`), bytes, CRLF]);
}

/** Not in the types: of a connected socket, a file descriptor like any other; -1 once it is closed. */
function descriptorOf(socket: Socket): number {
  return (socket as unknown as { _handle: { fd: number } | null })._handle?.fd ?? -1;
}
