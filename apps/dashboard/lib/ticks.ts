const EVERY_MS = 5_000;

/** One clock for all "12 s ago" of a page; it stands still while nobody listens. */
function createTicks(everyMs: number) {
  const listeners = new Set<() => void>();
  let nowMs = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const tick = () => {
    nowMs = Date.now();
    for (const listener of listeners) listener();
  };
  return {
    nowMs: () => nowMs,
    subscribe: (listener: () => void) => {
      nowMs = Date.now();
      listeners.add(listener);
      timer ??= setInterval(tick, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

export const ticks = createTicks(EVERY_MS);
