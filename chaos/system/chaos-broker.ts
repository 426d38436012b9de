import { readFile } from "node:fs/promises";
import {
  type CentrifugoSettings,
  startCentrifugo,
} from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";

// With the configuration that its operator is given.
const SETTINGS = new URL("../../deploy/centrifugo.json", import.meta.url);

/** A real Centrifugo for the servers of a system. */
export interface ChaosBroker extends AsyncDisposable {
  /** What a server needs to use it. */
  env: Readonly<Record<string, string>>;
  /** Killed, and started with nothing of what it kept. */
  restart(): Promise<void>;
}

export async function openBroker(): Promise<ChaosBroker> {
  const started = await startCentrifugo(JSON.parse(await readFile(SETTINGS, "utf8")) as CentrifugoSettings);
  return { env: started.env, restart: started.restart, [Symbol.asyncDispose]: started.close };
}
