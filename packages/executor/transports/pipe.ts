import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { encodeFrame, FRAME_BYTES_MAX, FrameDecoder } from "@floww/contract/frames";
import type { Channel } from "../channel.ts";
import { Executor } from "../executor.ts";

/** The executor over frames on file descriptor 3, a duplex socket made by the process engine. */
export function runOverPipe(descriptor: number): void {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  const channel: Channel = {
    send: (kind, run, header, body) => {
      socket.write(encodeFrame(kind, run, header, body));
    },
    sendLast: (kind, run, header) => {
      // Only when nothing is queued: a frame must not land in the middle of another. The driver does without it then.
      if (socket.writableLength === 0) writeSync(descriptor, encodeFrame(kind, run, header));
    },
  };
  const executor = new Executor(channel);
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  socket.on("data", (chunk) => {
    for (const frame of decoder.push(chunk)) executor.receive(frame);
  });
  // The engine is gone: nothing that runs here can be recorded any more.
  socket.on("close", () => process.kill(process.pid, "SIGKILL"));
  socket.on("error", () => process.kill(process.pid, "SIGKILL"));
}
