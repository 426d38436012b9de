import { eventually, pause } from "../eventually.ts";
import type { ChaosServer, Preload } from "../system/chaos-server.ts";
import type { Fault } from "./fault.ts";

/** Longer than a lease: others take over what it had, and it wakes up believing that it is still its own. */
const FROZEN_MS = { low: 500, high: 8_000 };

export const killServer: Fault = {
  name: "kill server",
  isKill: true,
  strike: async ({ servers, preloads }, random) => {
    const server = random.pick(servers);
    await server.kill();
    await startAgain(server, preloads);
  },
};

export const freezeServer: Fault = {
  name: "freeze server",
  isKill: false,
  strike: async ({ servers }, random) => {
    const server = random.pick(servers);
    server.freeze();
    await pause(random.between(FROZEN_MS.low, FROZEN_MS.high));
    server.thaw();
  },
};

/** One server after the other ends in good order and comes back, while the load goes on. */
export const rollingRestart: Fault = {
  name: "rolling restart",
  isKill: false,
  strike: async ({ servers, preloads }) => {
    for (const server of servers) {
      await server.stop();
      await startAgain(server, preloads);
    }
  },
};

/** As an init system does it: until it stays up. The database may be away at the same time. */
export async function startAgain(server: ChaosServer, preloads: readonly Preload[]): Promise<void> {
  await eventually(() =>
    server.start(preloads).then(
      () => true,
      () => undefined,
    ),
  );
}
