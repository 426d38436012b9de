import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { VendorClient } from "../../../provider-server.ts";
import { githubServer } from "../../server.ts";

export interface Emulator extends AsyncDisposable {
  /** Of a GitHub Enterprise server: its API is below `/api/v3`. */
  url: string;
  /** The server's own way to it. */
  vendor(token: "ghp_owner" | "ghp_stranger"): VendorClient;
}

/** GitHub's emulator in a process of its own, with the repository octo/hello, the accounts octo, stranger and guest, and octo's organization guild. */
export async function startEmulator(): Promise<Emulator> {
  const child = fork(fileURLToPath(new URL("./emulator-process.ts", import.meta.url)), { execArgv: [] });
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  return {
    url,
    vendor: (token) => vendorOf({ server_url: url, access_token: token }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

function vendorOf(fields: Record<string, string>): VendorClient {
  return {
    fields,
    async fetch(path, init) {
      const headers = new Headers(init?.headers);
      githubServer.authorize(headers, fields);
      return fetch(`${githubServer.base(fields)}${path}`, { ...init, headers });
    },
  };
}
