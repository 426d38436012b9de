import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { cutOffSlowBody } from "./cut-off-slow-body.ts";

const HEAD = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n";

/** What a client hears that sends this, and nothing more, to a server that answers when the body is here. */
async function ask(sent: string, { answerAfterMs = 0 } = {}): Promise<string> {
  const server = createServer((request, response) => {
    cutOffSlowBody(request, 50);
    request.resume().once("end", () => setTimeout(() => response.end("late"), answerAfterMs));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write(sent);
  socket.once("data", () => socket.end());
  const heard = await text(socket);
  server.close();
  return heard;
}

test("a body that does not come is cut off with 408", async () => {
  expect(await ask(`${HEAD}1`)).toMatch(/^HTTP\/1\.1 408 /);
});

test("a body that came is answered, however long that takes", async () => {
  expect(await ask(`${HEAD}12`, { answerAfterMs: 200 })).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*late/);
});
