import { type AddressInfo, connect, createServer } from "node:net";

/**
 * Sends what user code asks of the outside, by `fetch`, `node:http` and `node:https`, to the sandbox's proxy. The
 * proxy listens on a UNIX socket and Node's proxies are TCP, so a listener on this sandbox's own loopback stands between.
 */
export async function useEgress(socketPath: string): Promise<void> {
  const bridge = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = connect({ path: socketPath, allowHalfOpen: true });
    inside.on("error", () => outside.destroy()).pipe(outside);
    outside.on("error", () => inside.destroy()).pipe(inside);
  });
  await new Promise<void>((resolve) => bridge.listen(0, "127.0.0.1", resolve));
  bridge.unref();
  const proxy = `http://127.0.0.1:${(bridge.address() as AddressInfo).port}`;
  // Not imported: loading it would cost every process that is not in a sandbox.
  process.getBuiltinModule("node:http").setGlobalProxyFromEnv({ http_proxy: proxy, https_proxy: proxy });
}
