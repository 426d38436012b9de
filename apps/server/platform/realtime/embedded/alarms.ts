/** The timers of one connection, by name: setting one again moves it, and after closing there is none. */
export class Alarms {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #isClosed = false;

  set(name: string, delayMs: number, ring: () => void): void {
    this.clear(name);
    if (this.#isClosed) return;
    // A longer delay would fire at once: wait as long as a timer can, then for the rest.
    const isLonger = delayMs > TIMER_MS_MAX;
    const wake = () => {
      this.#timers.delete(name);
      if (isLonger) this.set(name, delayMs - TIMER_MS_MAX, ring);
      else ring();
    };
    this.#timers.set(name, setTimeout(wake, isLonger ? TIMER_MS_MAX : delayMs));
  }

  clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** No channel can be taken for one of the connection's own alarms. */
export function subscriptionAlarm(channel: string): string {
  return `expiry of ${channel}`;
}

const TIMER_MS_MAX = 2 ** 31 - 1;
