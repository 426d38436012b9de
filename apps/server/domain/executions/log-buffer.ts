import type { ProviderName } from "@floww/contract/abi";
import { limits } from "@floww/contract/limits";
import { logCost, type RunLog } from "@floww/executor/host";
import type { Bells } from "../live/namespace-bells.ts";
import type { ExecutionLedger } from "./execution-ledger.ts";
import type { LogRow } from "./ledger-fragments.ts";
import { LogLevelNumber } from "./states.ts";
import type { OwnedExecution } from "./types.ts";
import type { ValueMask } from "./value-mask.ts";

const FLUSH_EVERY_MS = 200;

/** A line, and of a vendor call's what its text says, for those who do not read text. */
export interface LogLine extends RunLog {
  vendorCall?: VendorCall;
}

/** As the contract's log line has it. */
export interface VendorCall {
  provider: ProviderName;
  method: string;
  place: string;
  status?: number;
  code?: string;
  durationMs: number;
}

interface LogContext {
  ledger: ExecutionLedger;
  bells: Bells;
}

type LoggedRun = Pick<OwnedExecution, "id" | "namespaceId" | "attempt" | "lastLine" | "loggedBytes">;

/**
 * One run's log: lines go out a few times a second while it runs, the rest with its last commit. A line is kept here until
 * it is known to be written, so that none is lost with a database that is away; written twice it is one.
 */
export class LogBuffer {
  readonly #context: LogContext;
  readonly #owned: LoggedRun;
  /** In order; not many, since `#bytes` bounds them all. */
  #rows: LogRow[] = [];
  #bytes: number;
  #sequence: number;
  #timer: NodeJS.Timeout | undefined;
  #isFlushing = false;
  #isOver = false;

  constructor(context: LogContext, owned: LoggedRun) {
    this.#context = context;
    this.#owned = owned;
    // A start that goes on with an attempt goes on with its log. What is said of a run before it starts is number 0.
    this.#sequence = owned.lastLine + 1;
    this.#bytes = owned.loggedBytes;
  }

  /** `mask` hides what the run has read. */
  add({ level, atMs, text, vendorCall }: LogLine, mask: ValueMask): void {
    // The executor keeps the same bound; this one holds when user code has broken the executor.
    if (this.#bytes >= limits.logBytesPerRunMax) return;
    const call = vendorCall === undefined ? null : encodeCall(vendorCall, mask);
    this.#bytes += logCost(text) + (call?.byteLength ?? 0);
    this.#rows.push({
      executionId: this.#owned.id,
      attempt: this.#owned.attempt,
      sequence: this.#sequence++,
      level: LogLevelNumber[level],
      atMs: Number.isFinite(atMs) ? Math.min(Math.max(atMs, 0), LATEST_MS) : 0,
      // Hidden here, before the line is kept anywhere; cut after that, so that no cut hides a value from us.
      text: mask.hideBytes(text).subarray(0, limits.logLineBytesMax),
      call,
    });
    this.#flushSoon();
  }

  /** What goes with the last commit. A flush that is under way may still fail: its lines are among them. */
  takeRest(): LogRow[] {
    clearTimeout(this.#timer);
    this.#isOver = true;
    return this.#rows;
  }

  #flushSoon(): void {
    if (this.#isFlushing || this.#isOver || this.#rows.length === 0) return;
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_EVERY_MS);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#isFlushing = true;
    const { ledger, bells } = this.#context;
    const { namespaceId, id } = this.#owned;
    const rows = [...this.#rows];
    ledger
      .commit({ logs: rows })
      .then(
        () => {
          this.#rows = this.#rows.slice(rows.length);
          bells.executionChanged(namespaceId, id);
        },
        // Not fatal and not lost: they go with the next flush.
        () => undefined,
      )
      .finally(() => {
        this.#isFlushing = false;
        this.#flushSoon();
      });
  }
}

const WORD_CHARACTERS_MAX = 256;
const PLACE_CHARACTERS_MAX = 2_048;

/** Each text by itself: what is hidden must not break the JSON around it. */
function encodeCall({ provider, method, place, code, ...numbers }: VendorCall, mask: ValueMask): Buffer {
  const word = (text: string) => mask.hideText(text).slice(0, WORD_CHARACTERS_MAX);
  const { type, alias } = provider;
  return Buffer.from(
    JSON.stringify({
      provider: { type: word(type), alias: word(alias) },
      method: word(method),
      place: mask.hideText(place).slice(0, PLACE_CHARACTERS_MAX),
      ...(code === undefined ? {} : { code }),
      ...numbers,
    }),
  );
}

/** The year 9999; a hostile clock must not overflow a timestamp. */
const LATEST_MS = 253_402_300_799_000;
