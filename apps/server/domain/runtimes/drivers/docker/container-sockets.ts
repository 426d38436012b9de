import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RuntimeApi } from "@floww/executor/host";
import { type EgressProxyOptions, listenEgress } from "../../../../platform/egress-proxy/egress-proxy.ts";
import { API_SOCKET, EGRESS_SOCKET } from "./container-command.ts";

export interface SocketOptions {
  /** Undefined: the container has a network, and needs no proxy. */
  egress: EgressProxyOptions | undefined;
  /** Answers what is asked at the Runtime API's socket beside it. */
  onOther: RequestListener;
}

/** All that a container has in common with the server: a folder with its sockets and its bundle. */
export class ContainerSockets {
  /** 0700, and short: a socket's path holds 107 bytes. */
  readonly #around = mkdtempSync(join(tmpdir(), "floww-ctr-"));
  /** What the container sees. */
  readonly folder = join(this.#around, "in");
  #api: RuntimeApi | undefined;
  #proxy: Server | undefined;

  async open({ egress, onOther }: SocketOptions): Promise<RuntimeApi> {
    mkdirSync(this.folder);
    // Whoever the container runs as has to find its sockets; outside, the folder around this one is ours alone.
    chmodSync(this.folder, 0o755);
    const socketPath = join(this.folder, API_SOCKET);
    const api = await RuntimeApi.start({ socketPath, onOther });
    this.#api = api;
    chmodSync(socketPath, 0o666);
    if (egress === undefined) return api;
    const egressPath = join(this.folder, EGRESS_SOCKET);
    const proxy = listenEgress(egressPath, egress);
    this.#proxy = proxy;
    await new Promise<void>((resolve) => proxy.once("listening", resolve));
    chmodSync(egressPath, 0o666);
    return api;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api?.[Symbol.asyncDispose]();
    this.#proxy?.close();
    this.#proxy?.closeAllConnections();
    rmSync(this.#around, { recursive: true, force: true });
  }
}
