import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Balancer extends AsyncDisposable {
  url: string;
  /** Base addresses of the servers behind it. */
  targets: string[];
  /** How many requests each has got. */
  given: Map<string, number>;
}

/** Gives each request to the next server in turn; one that cannot be reached is passed over. */
export async function startBalancer(): Promise<Balancer> {
  let turn = 0;
  const server = createServer((incoming, response) => {
    const first = turn++;
    const inTurn = balancer.targets.map((_, at) => balancer.targets[(first + at) % balancer.targets.length]!);
    pass(incoming, response, inTurn);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const balancer: Balancer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets: [],
    given: new Map(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return balancer;

  function pass(incoming: IncomingMessage, response: ServerResponse, [target, ...others]: string[]): void {
    if (target === undefined) return void response.writeHead(502).end();
    const { method = "GET", headers, url = "/" } = incoming;
    const outgoing = request(new URL(target), { method, headers, path: url, agent: false });
    outgoing.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") pass(incoming, response, others);
      else response.destroy();
    });
    // Nothing of it is sent before somebody is there: another may be asked in its place.
    outgoing.once("socket", (socket) => {
      socket.once("connect", () => {
        balancer.given.set(target, (balancer.given.get(target) ?? 0) + 1);
        incoming.pipe(outgoing);
      });
    });
    outgoing.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      response.flushHeaders();
      answer.pipe(response);
      answer.once("error", () => response.destroy());
      response.once("close", () => outgoing.destroy());
    });
  }
}
