import type { Random } from "../random.ts";
import type { ChaosSystem } from "../system/chaos-system.ts";

/** One way to hurt a running system. It resolves when the system has all its parts again, whatever those then make of it. */
export interface Fault {
  name: string;
  /** Whether it kills something: what the bound of a long run is counted by. */
  isKill: boolean;
  strike(system: ChaosSystem, random: Random): Promise<void>;
}
