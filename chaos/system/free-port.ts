import { type AddressInfo, createServer } from "node:net";

/** A port that nobody listens on now, for a server that must keep its own over restarts. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
