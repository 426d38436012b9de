import type { Bells } from "../domain/live/namespace-bells.ts";

/** For what is tested without anybody who watches. */
export const silentBells: Bells = {
  executionChanged: () => undefined,
  deliveryCausedNothing: () => undefined,
  routeChanged: () => undefined,
};
