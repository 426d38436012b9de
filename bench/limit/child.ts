import { Socket } from "node:net";

/** The limit program's handler: frames of `u32 length | u32 number | body`, the answer in the same form. */
const socket = new Socket({ fd: 3, readable: true, writable: true });
let rest: Buffer = Buffer.alloc(0);

socket.on("data", (chunk: Buffer) => {
  rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  while (rest.length >= 8 && rest.length >= rest.readUInt32BE(0) + 4) {
    const end = rest.readUInt32BE(0) + 4;
    answer(rest.readUInt32BE(4), rest.subarray(8, end));
    rest = rest.subarray(end);
  }
});

function answer(number: number, body: Buffer): void {
  const event = JSON.parse(body.toString("utf8")) as { name: string };
  const text = JSON.stringify({ message: `Hello, ${event.name}!` });
  const frame = Buffer.allocUnsafe(8 + Buffer.byteLength(text));
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt32BE(number, 4);
  frame.write(text, 8);
  socket.write(frame);
}
