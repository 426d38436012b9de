import { connect } from "node:net";

/**
 * A load generator that costs little beside what it measures: one request's bytes, sent again on each connection as soon
 * as its answer is whole. Bounded in connections and time; loopback only.
 *
 *   node bench/load/main.ts <url> <connections> <milliseconds> <body>   -> one line of JSON
 */
const [, , address, connections, milliseconds, body] = process.argv;
const url = new URL(address!);
if (url.hostname !== "127.0.0.1") throw new RangeError("load goes to 127.0.0.1 only");

const request = Buffer.from(
  `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n` +
    `content-length: ${Buffer.byteLength(body!)}\r\n\r\n${body}`,
);
const latencies: number[] = [];
let failures = 0;
const until = performance.now() + Number(milliseconds);

await Promise.all(Array.from({ length: Number(connections) }, () => drive()));
latencies.sort((a, b) => a - b);
const at = (share: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
console.log(
  JSON.stringify({
    perSecond: Math.round(latencies.length / (Number(milliseconds) / 1000)),
    failures,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  }),
);

function drive(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    let startedAt = 0;
    let received = "";
    const send = () => {
      startedAt = performance.now();
      received = "";
      socket.write(request);
    };
    socket.once("connect", send);
    socket.on("error", reject);
    socket.on("close", () => resolve());
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (received.length < headEnd + 4 + length) return;
      if (received.startsWith("HTTP/1.1 200")) latencies.push(performance.now() - startedAt);
      else failures++;
      if (performance.now() < until) send();
      else socket.destroy();
    });
  });
}
