import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { LimitLedger, newId } from "./ledger.ts";

/**
 * The limit: a hand-written program that keeps the same promise with the same rows as a warm `onWebhook` in `handler`
 * mode (commit delivery and execution, run in a child over a framed pipe, commit the end, answer) and does nothing else:
 * no routing, no limits, no logs, no isolation. Floww is measured as a ratio to it.
 */
const [, , socketFolder, password] = process.argv;
const ledger = await LimitLedger.open({ host: socketFolder!, password: password! });

const child = spawn(
  process.execPath,
  ["--no-warnings", fileURLToPath(new URL("child.ts", import.meta.url))],
  {
    stdio: ["ignore", "inherit", "inherit", "pipe"],
    env: {},
  },
);
const pipe = child.stdio[3] as Duplex;
const waiting = new Map<number, (body: Buffer) => void>();
let next = 0;
let rest: Buffer = Buffer.alloc(0);

pipe.on("data", (chunk: Buffer) => {
  rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  while (rest.length >= 8 && rest.length >= rest.readUInt32BE(0) + 4) {
    const end = rest.readUInt32BE(0) + 4;
    const number = rest.readUInt32BE(4);
    waiting.get(number)?.(rest.subarray(8, end));
    waiting.delete(number);
    rest = rest.subarray(end);
  }
});

function run(body: Buffer): Promise<Buffer> {
  const number = next++ >>> 0;
  const frame = Buffer.allocUnsafe(8 + body.length);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt32BE(number, 4);
  frame.set(body, 8);
  return new Promise((resolve) => {
    waiting.set(number, resolve);
    pipe.write(frame);
  });
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", async () => {
    const body = Buffer.concat(chunks);
    const head = Buffer.from(
      JSON.stringify({ method: request.method, path: request.url, headers: request.rawHeaders }),
    );
    const [deliveryId, executionId] = [newId(), newId()];
    await ledger.commit({ insert: { deliveryId, executionId, head, body } });
    const output = await run(body);
    await ledger.commit({ finish: { executionId, output } });
    response.writeHead(200, { "content-type": "application/json", "content-length": output.length });
    response.end(output);
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`);
});
process.on("SIGTERM", () => {
  child.kill();
  server.closeAllConnections();
  server.close();
  void ledger.close();
});
