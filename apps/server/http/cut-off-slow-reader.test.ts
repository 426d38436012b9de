import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { cutOffSlowReader } from "./cut-off-slow-reader.ts";

/** More than the system takes off a server's hands. */
const ANSWER = Buffer.alloc(32 * 1024 * 1024, "x");

/** A caller of a server that answers so, who has not read anything yet; and that the answer is over, however. */
async function ask(
  answer: (response: ServerResponse) => void,
): Promise<{ socket: Socket; closed: Promise<unknown> }> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const closed = once(server, "request").then(async ([, response]) => {
    cutOffSlowReader(response, 50);
    answer(response);
    await once(response, "close");
  });
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.pause().write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  return { socket, closed };
}

test("who does not read his answer is cut off", async () => {
  const { socket, closed } = await ask((response) => response.end(ANSWER));
  await closed;
  expect((await text(socket)).length).toBeLessThan(ANSWER.byteLength);
});

test("for a caller who left before his answer nothing is held", async () => {
  const clocks = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => clocks.mockRestore());
  const begun = Promise.withResolvers<ServerResponse>();
  const { socket, closed } = await ask(begun.resolve);
  const response = await begun.promise;
  socket.destroy();
  await closed;
  response.end("late");
  await new Promise((resolve) => setImmediate(resolve));
  expect(clocks.mock.calls.filter(([, ms]) => ms === 50)).toEqual([]);
});

test("an answer that is read is whole, however long it was in the making", async () => {
  const { socket } = await ask((response) => {
    response.write("begun, ");
    setTimeout(() => response.end("done"), 200);
  });
  expect(await text(socket)).toMatch(/begun, [\s\S]*done/);
});
