import { readFile } from "node:fs/promises";
import { startCentrifugo } from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import type { DevBroker } from "./dev-loop.ts";

// With the configuration that its operator is given.
const SETTINGS = new URL("../../deploy/centrifugo.json", import.meta.url);

/** A real Centrifugo, and what a server needs to use it; browsers come in from the pages of `publicUrl` alone. */
export async function openCentrifugo(publicUrl?: string): Promise<DevBroker> {
  const settings = JSON.parse(await readFile(SETTINGS, "utf8")) as { client: { token: object } };
  const origins = publicUrl === undefined ? {} : { allowed_origins: [publicUrl] };
  const started = await startCentrifugo({ ...settings, client: { ...settings.client, ...origins } });
  return { env: started.env, close: started.close };
}
