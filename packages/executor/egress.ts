import { type LoadFnOutput, registerHooks } from "node:module";
import { type AddressInfo, connect, createServer } from "node:net";

/**
 * Sends what user code asks of the outside, by `fetch`, `node:http` and `node:https`, to the sandbox's proxy. The
 * proxy listens on a UNIX socket and Node's proxies are TCP, so a listener on this sandbox's own loopback stands between.
 *
 * All this takes longer than the boot of a process, so it is done when code first reaches for one of them.
 */
export function useEgress(socketPath: string): void {
  let isOpen = false;
  const open = () => {
    if (isOpen) return;
    isOpen = true;
    openEgress(socketPath);
  };
  const { fetch } = globalThis;
  const define = (value: typeof fetch) =>
    Object.defineProperty(globalThis, "fetch", { ...VISIBLE, writable: true, value });
  Object.defineProperty(globalThis, "fetch", {
    ...VISIBLE,
    get: () => {
      define(fetch);
      open();
      return fetch;
    },
    set: define,
  });
  process.getBuiltinModule = ((name: string) => {
    if (LEADS_OUT.test(name)) open();
    return getBuiltin(name);
  }) as typeof getBuiltin;
  registerHooks({
    resolve: (specifier, context, next) => {
      if (LEADS_OUT.test(specifier)) open();
      return next(specifier, context);
    },
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (mentionsWebSocket(loaded.source)) open();
      return loaded;
    },
  });
}

const VISIBLE = { configurable: true, enumerable: true } as const;
const LEADS_OUT = /^(node:)?https?$/;

/** Even to look at the global by that name loads all that stands behind it, so its users are known by their text. */
function mentionsWebSocket(source: LoadFnOutput["source"]): boolean {
  if (source === undefined || source === null) return false;
  if (typeof source === "string") return source.includes("WebSocket");
  const bytes =
    source instanceof ArrayBuffer
      ? Buffer.from(source)
      : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  return bytes.includes("WebSocket");
}

function openEgress(socketPath: string): void {
  const bridge = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = connect({ path: socketPath, allowHalfOpen: true });
    inside.on("error", () => outside.destroy()).pipe(outside);
    outside.on("error", () => inside.destroy()).pipe(inside);
  });
  // Without a host it listens before listen() returns, and the sandbox has no address but its loopback's.
  bridge.listen(0).unref();
  const proxy = `http://127.0.0.1:${(bridge.address() as AddressInfo).port}`;
  // Not imported: loading it would cost every process, and most need it never.
  getBuiltin("node:http").setGlobalProxyFromEnv({ http_proxy: proxy, https_proxy: proxy });
}

// Kept before user code can put its own in its place.
const getBuiltin = process.getBuiltinModule;
