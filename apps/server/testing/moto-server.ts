import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./free-port.ts";

// An emulator of AWS, from PyPI. The one on PATH may be too old.
const BINARY = process.env.MOTO_SERVER_BINARY ?? "moto_server";
const READY_MS = 60_000;
const POLL_MS = 50;

export const isMotoInstalled = spawnSync(BINARY, ["--help"]).status === 0;

export interface MotoServer extends AsyncDisposable {
  url: string;
}

/** A process of its own on a free port, empty. */
export async function startMoto(): Promise<MotoServer> {
  const port = await freePort();
  const moto = spawn(BINARY, ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  for (const until = Date.now() + READY_MS; ; ) {
    const response = await fetch(`${url}/moto-api/data.json`).catch(() => undefined);
    if (response?.ok) break;
    if (Date.now() > until || moto.exitCode !== null) throw new RangeError("moto did not become ready.");
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      moto.kill("SIGKILL");
      if (moto.exitCode === null) await once(moto, "exit");
    },
  };
}
