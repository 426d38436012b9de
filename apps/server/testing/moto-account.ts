import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { startMoto } from "./moto-server.ts";

export const motoCredentials = { accessKeyId: "test", secretAccessKey: "test" };

/**
 * An empty account of moto's. In front of moto stands what it lacks: a bucket's tags, which S3 takes in the request that makes
 * it, come a moment later.
 */
export async function startMotoAccount(): Promise<AsyncDisposable & { url: string }> {
  const moto = await startMoto();
  let last = Promise.resolve();
  const server = createServer((request, response) => {
    // One after the other: nobody may see the bucket before its tags.
    last = last.then(() => answer(request, response));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const answered = await pass(request, request.url ?? "/", body);
    const [tags] = /<Tags>.*<\/Tags>/s.exec(body.toString("latin1")) ?? [];
    if (request.method === "PUT" && tags !== undefined && answered.ok)
      await pass(request, `${request.url}?tagging`, Buffer.from(taggingOf(tags)));
    const {
      "content-encoding": _,
      "content-length": __,
      "transfer-encoding": ___,
      ...headers
    } = Object.fromEntries(answered.headers);
    const content = Buffer.from(await answered.arrayBuffer());
    response.writeHead(answered.status, { ...headers, "content-length": content.byteLength }).end(content);
  }

  async function pass(
    { method = "GET", headers }: IncomingMessage,
    path: string,
    body: Buffer,
  ): Promise<Response> {
    const {
      host: _,
      connection: __,
      "content-length": ___,
      "transfer-encoding": ____,
      expect: _____,
      ...rest
    } = headers;
    return await fetch(new URL(path, moto.url), {
      method,
      headers: rest as Record<string, string>,
      ...(body.byteLength === 0 ? {} : { body: new Uint8Array(body) }),
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await moto[Symbol.asyncDispose]();
    },
  };
}

function taggingOf(tags: string): string {
  const list = tags.replace(/^<Tags>|<\/Tags>$/g, "");
  return `<Tagging xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><TagSet>${list}</TagSet></Tagging>`;
}
