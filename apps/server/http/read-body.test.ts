import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { BodyRoom } from "../platform/body-room.ts";
import { readBody } from "./read-body.ts";

type Answer = (request: IncomingMessage) => Promise<string>;

/** Answers with what `answer` says, or with the code of what it throws; resolves with a new connection, each time. */
async function serve(answer: Answer): Promise<() => Socket> {
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const said = await answer(request).catch((error: unknown) => (error as { code: string }).code);
    response.writeHead(200, { connection: "close", "content-length": said.length }).end(said);
  };
  const server = createServer((request, response) => void respond(request, response)).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return () => connect((server.address() as AddressInfo).port, "127.0.0.1");
}

async function answerTo(socket: Socket): Promise<string> {
  return (await text(socket)).split("\r\n\r\n")[1]!;
}

const POST = "POST / HTTP/1.1\r\nhost: x\r\n";

test("bodies of many requests have one bound, and what one held is there for the next", async () => {
  const room = new BodyRoom({ bytesMax: 100 });
  const isFull = Promise.withResolvers<void>();
  const open = await serve(async (request) => {
    using opened = room.open();
    const take = (bytes: number) => {
      opened.take(bytes);
      isFull.resolve();
    };
    const place = { take, [Symbol.dispose]: () => undefined };
    return String((await readBody(request, { bytesMax: 90, place })).byteLength);
  });
  const first = open();
  first.write(`${POST}content-length: 80\r\n\r\n${"a".repeat(70)}`);
  await isFull.promise;
  const second = open();
  second.write(`${POST}content-length: 40\r\n\r\n${"b".repeat(40)}`);
  expect(await answerTo(second)).toBe("QUEUE_FULL");
  first.write("a".repeat(10));
  expect(await answerTo(first)).toBe("80");
  const third = open();
  third.write(`${POST}content-length: 90\r\n\r\n${"c".repeat(90)}`);
  expect(await answerTo(third)).toBe("90");
});

test("a body in pieces of one byte is put together, and one in a hundred thousand of them is refused", async () => {
  const open = await serve(async (request) => {
    const body = await readBody(request, { bytesMax: 1_000_000 });
    return String(body.equals(Buffer.alloc(60_000, "x")));
  });
  for (const [pieces, said] of [
    [60_000, "true"],
    [100_000, "BODY_TOO_LARGE"],
  ] as const) {
    const socket = open();
    socket.on("error", () => undefined);
    socket.write(`${POST}transfer-encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(pieces)}0\r\n\r\n`);
    expect(await answerTo(socket)).toBe(said);
  }
});

test("past its cap a body is refused while the rest is still on its way", async () => {
  const open = await serve(async (request) => String((await readBody(request, { bytesMax: 10 })).byteLength));
  const announced = open();
  announced.write(`${POST}content-length: 11\r\n\r\n`);
  expect(await answerTo(announced)).toBe("BODY_TOO_LARGE");
  const chunked = open();
  chunked.write(`${POST}transfer-encoding: chunked\r\n\r\nb\r\n${"x".repeat(11)}\r\n`);
  expect(await answerTo(chunked)).toBe("BODY_TOO_LARGE");
});
