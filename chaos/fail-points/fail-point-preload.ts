import type { FailPoint } from "../../apps/server/platform/fail-points.ts";
import type { Preload } from "../system/chaos-server.ts";

export const failPoints = [
  "received",
  "committed",
  "started",
  "finished",
  "ended",
  "acknowledged",
  "published",
] as const satisfies readonly FailPoint[];

/** Kills the server that it is loaded into at the n-th passing. */
export function failPointPreload(point: FailPoint, pass: number): Preload {
  const module = new URL("./preload.ts", import.meta.url);
  module.searchParams.set("point", point);
  module.searchParams.set("pass", String(pass));
  return { module, announces: `fail point: ${point}\n` };
}
