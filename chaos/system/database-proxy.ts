import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP way to a PostgreSQL socket that can fail as networks do. */
export interface DatabaseProxy {
  readonly port: number;
  /** Every connection of now stops carrying bytes and is never closed; new ones work: a peer behind a dead link. */
  goHalfOpen(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openDatabaseProxy(socketPath: () => string): Promise<DatabaseProxy> {
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer({ noDelay: true }, (inside) => {
    const outside = connect(socketPath());
    const pair: [Socket, Socket] = [inside, outside];
    pairs.add(pair);
    inside.pipe(outside);
    outside.pipe(inside);
    for (const [one, other] of [pair, [outside, inside] as const]) {
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    goHalfOpen: () => {
      for (const [inside, outside] of pairs) {
        for (const socket of [inside, outside]) socket.unpipe().removeAllListeners("close").pause();
        // The database's side goes, as it does when its host is gone; ours never learns of it.
        outside.destroy();
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
