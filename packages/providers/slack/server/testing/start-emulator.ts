import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Emulator extends AsyncDisposable {
  /** The set-up's fields for one of its bots. */
  fields(token: string): Record<string, string>;
}

/** Slack's emulator in a process of its own: workspace Acme, people helper and ada, channel lobby. */
export async function startEmulator(): Promise<Emulator> {
  const child = fork(fileURLToPath(new URL("./emulator-process.ts", import.meta.url)), { execArgv: [] });
  const [{ url }] = (await once(child, "message")) as [{ url: string }];
  return {
    fields: (token) => ({ bot_token: token, api_url: `${url}/api` }),
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
