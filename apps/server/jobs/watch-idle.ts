import type { Server } from "node:http";

export interface IdleWatch {
  /** Resolves after `idleMs` without a request. */
  reached: Promise<void>;
  stop(): void;
}

/** Starts again with each request; a connected `floww dev` asks every few seconds, so it is never idle. */
export function watchIdle(http: Server, idleMs: number | undefined): IdleWatch {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  if (idleMs === undefined) return { reached, stop: () => undefined };
  let timer = setTimeout(resolve, idleMs);
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(resolve, idleMs);
  };
  http.on("request", restart);
  return {
    reached,
    stop: () => {
      clearTimeout(timer);
      http.off("request", restart);
    },
  };
}
