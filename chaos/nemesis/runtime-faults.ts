import { pause } from "../eventually.ts";
import type { Random } from "../random.ts";
import type { ChaosSystem } from "../system/chaos-system.ts";
import { listRuntimes, signal } from "../system/processes.ts";
import type { Fault } from "./fault.ts";

const FROZEN_MS = 1_500;

export const killRuntime: Fault = {
  name: "kill runtime",
  isKill: true,
  strike: async (system, random) => {
    const pid = await pickRuntime(system, random);
    if (pid !== undefined) signal(pid, "SIGKILL");
  },
};

export const freezeRuntime: Fault = {
  name: "freeze runtime",
  isKill: false,
  strike: async (system, random) => {
    const pid = await pickRuntime(system, random);
    if (pid === undefined) return;
    signal(pid, "SIGSTOP");
    await pause(FROZEN_MS);
    signal(pid, "SIGCONT");
  },
};

async function pickRuntime({ servers }: ChaosSystem, random: Random): Promise<number | undefined> {
  const { pid } = random.pick(servers);
  const runtimes = pid === undefined ? [] : await listRuntimes(pid);
  return runtimes.length === 0 ? undefined : random.pick(runtimes);
}
