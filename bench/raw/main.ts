import { createServer } from "node:http";

/** Plain node:http with the same work in the handler and no promise at all: printed beside the figures, never the goal. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const event = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { name: string };
    const body = Buffer.from(JSON.stringify({ message: `Hello, ${event.name}!` }));
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`);
});
process.on("SIGTERM", () => {
  server.closeAllConnections();
  server.close();
});
