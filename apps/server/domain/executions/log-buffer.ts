import { limits } from "@floww/contract/limits";
import { logCost, type RunLog } from "@floww/executor/host";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { LogRow } from "./ledger-fragments.ts";
import { LogLevelNumber } from "./states.ts";
import type { ValueMask } from "./value-mask.ts";

const FLUSH_EVERY_MS = 200;

/** One run's log: lines go out a few times a second while it runs, the rest with its last commit. */
export class LogBuffer {
  readonly #ledger: ExecutionLedger;
  readonly #owned: { id: string; attempt: number };
  #rows: LogRow[] = [];
  #bytes = 0;
  /** What is said of the run before it starts comes before its own lines. */
  #sequence = 1;
  #timer: NodeJS.Timeout | undefined;

  constructor(ledger: ExecutionLedger, owned: { id: string; attempt: number }) {
    this.#ledger = ledger;
    this.#owned = owned;
  }

  /** `mask` hides what the run has read. */
  add({ level, atMs, text }: RunLog, mask: ValueMask): void {
    // The executor keeps the same bound; this one holds when user code has broken the executor.
    if (this.#bytes >= limits.logBytesPerRunMax) return;
    this.#bytes += logCost(text);
    this.#rows.push({
      executionId: this.#owned.id,
      attempt: this.#owned.attempt,
      sequence: this.#sequence++,
      level: LogLevelNumber[level],
      atMs: Number.isFinite(atMs) ? Math.min(Math.max(atMs, 0), LATEST_MS) : 0,
      // Hidden here, before the line is kept anywhere; cut after that, so that no cut hides a value from us.
      text: mask.hideBytes(text).subarray(0, limits.logLineBytesMax),
    });
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_EVERY_MS);
  }

  takeRest(): LogRow[] {
    clearTimeout(this.#timer);
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #flush(): void {
    this.#timer = undefined;
    const rows = this.#rows;
    this.#rows = [];
    // Not fatal and not lost: they go with the next flush.
    this.#ledger.commit({ logs: rows }).catch(() => {
      this.#rows = [...rows, ...this.#rows];
    });
  }
}

/** The year 9999; a hostile clock must not overflow a timestamp. */
const LATEST_MS = 253_402_300_799_000;
