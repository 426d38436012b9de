import type { ServerResponse } from "node:http";

/**
 * Ends the connection of a caller who does not take a finished answer in time: until then all of it is held for him. One
 * that is still being made is not touched.
 */
export function cutOffSlowReader(response: ServerResponse, afterMs: number): void {
  response.once("prefinish", () => {
    // Its caller has left already: it is held for nobody.
    if (response.closed || response.destroyed) return;
    const timer = setTimeout(() => response.destroy(), afterMs);
    const stop = () => clearTimeout(timer);
    response.once("finish", stop).once("close", stop);
  });
}
