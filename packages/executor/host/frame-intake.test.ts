import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { FrameIntake } from "./frame-intake.ts";

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** The driver's end of a pipe, and the process's. */
async function aPipe(): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const theirs = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [ours] = (await once(server, "connection")) as [Socket];
  server.close();
  open.push(ours, theirs);
  ours.resume();
  await once(ours, "resume");
  return { ours, theirs };
}

/** Nobody resumes it but the intake. */
const again = (socket: Socket) => once(socket, "resume");

test("who does not read what is sent to it is not heard until it has", async () => {
  const { ours, theirs } = await aPipe();
  const intake = new FrameIntake(ours);
  const piece = Buffer.alloc(64 * 1024);
  // More than the kernel keeps for the two of them.
  for (let count = 0; count < 1_000 && !ours.isPaused(); count++) {
    ours.write(piece);
    intake.sent();
  }
  expect(ours.isPaused()).toBe(true);
  const heard = again(ours);
  theirs.resume();
  await heard;
  expect(ours.isPaused()).toBe(false);
});

test("who sends more than can be dealt with waits for its turn, and then has it", async () => {
  const { ours } = await aPipe();
  const intake = new FrameIntake(ours);
  for (let count = 0; count < 1_000; count++) intake.spent(10);
  expect(ours.isPaused()).toBe(false);
  for (let count = 0; count < 10_000; count++) intake.spent(10);
  expect(ours.isPaused()).toBe(true);
  await again(ours);
  expect(ours.isPaused()).toBe(false);
});
