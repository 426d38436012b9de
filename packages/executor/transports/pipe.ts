import { Socket } from "node:net";
import { encodeFrame, FRAME_BYTES_MAX, FrameDecoder, FromExecutor } from "@floww/contract/frames";
import type { Channel } from "../channel.ts";
import { Executor, type ExecutorOptions } from "../executor.ts";
import { FrameWriter } from "./frame-writer.ts";

/** The executor over frames on a file descriptor, a duplex socket made by the process engine. */
export function runOverPipe(descriptor: number, options: ExecutorOptions): void {
  const socket = new Socket({ fd: descriptor, readable: true, writable: true });
  const kill = process.kill.bind(process, process.pid, "SIGKILL");
  // The engine is gone: nothing that runs here can be recorded any more.
  const writer = new FrameWriter(() => descriptor, kill);
  const channel: Channel = {
    send: (kind, run, header, body) => {
      const frame = encodeFrame(kind, run, header, body);
      // Runs that came together end together. All else goes out at once: what follows it may block this process.
      if (kind === FromExecutor.done) writer.writeSoon(frame);
      else writer.write(frame);
    },
    sendLast: (kind, run, header) => writer.writeLast(encodeFrame(kind, run, header)),
  };
  const executor = new Executor(channel, options);
  const decoder = new FrameDecoder(FRAME_BYTES_MAX);
  socket.on("data", (chunk) => {
    for (const frame of decoder.push(chunk)) executor.receive(frame);
  });
  socket.on("close", kill);
  socket.on("error", kill);
}
