import type { ExecutionScope, SourceLocation } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type {
  JournalEntry,
  JournalKind,
  StepRecord,
  WaitReply,
  WaitRequest,
} from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import { callHost } from "../call-host.ts";
import { capturePlace } from "../source-location.ts";

/** One durable piece that the code asks for. */
export interface Asked {
  key: string;
  kind: JournalKind;
  position: number;
  /** Nothing else of the journal was under way: what was journalled here is what must be asked for now. */
  isAlone: boolean;
  /** The author's line, found out when it is needed. */
  source(): SourceLocation | undefined;
}

const NAME_CHARACTERS_MAX = 256;
/** A wait that is over this soon is not worth another start of the run. */
const IN_PLACE_MS = 1_000;
/** setTimeout knows no longer times. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const LOOK_AGAIN_MS = 1_000;

/** What one start of a run knows of its journal, and what it is doing with it. */
export class Journal {
  readonly #scope: ExecutionScope;
  readonly #counts = new Map<string, number>();
  readonly #asked = new Set<string>();
  readonly #waits = new Map<string, ReturnType<typeof setTimeout>>();
  #entries: Promise<Map<string, JournalEntry>> | undefined;
  #position = 0;
  /** Asked for, and neither settled nor given up. */
  #open = 0;
  /** Those of them that are at work in this process. */
  #working = 0;
  #isSuspended = false;

  constructor(scope: ExecutionScope) {
    this.#scope = scope;
  }

  /** At once, in the order of the calls: what follows must not change it. @throws FlowwError STEP_INVALID */
  ask(name: string, kind: JournalKind, calledAs: (...args: never[]) => unknown): Asked {
    if (typeof name !== "string" || name === "" || name.length > NAME_CHARACTERS_MAX)
      throw new FlowwError(
        "STEP_INVALID",
        `A name has 1 to ${NAME_CHARACTERS_MAX} characters: ${JSON.stringify(name)}.`,
      );
    if (this.#position >= limits.journalEntriesMax)
      throw new FlowwError("JOURNAL_FULL", `A run has at most ${limits.journalEntriesMax} steps and waits.`);
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const key = count === 1 ? name : `${name}#${count}`;
    this.#asked.add(key);
    return {
      key,
      kind,
      position: this.#position++,
      isAlone: this.#open === 0,
      source: capturePlace(calledAs),
    };
  }

  /** Does the work of one durable piece. After a suspension it never settles: another start does it. */
  async within<T>(asked: Asked, work: (entry: JournalEntry | undefined) => Promise<T>): Promise<T> {
    this.#open += 1;
    try {
      const value = await this.#at(async () => work(await this.#entryOf(asked)));
      return await this.#unlessSuspended(value);
    } catch (error) {
      await this.#unlessSuspended(undefined);
      throw error;
    } finally {
      this.#open -= 1;
    }
  }

  record(step: StepRecord): Promise<null> {
    return callHost("journal.record", step);
  }

  register(request: WaitRequest): Promise<WaitReply> {
    return callHost("journal.wait", request);
  }

  /** Resolves when the wait is settled: here, when it is soon or other work goes on; else in a later start. */
  async settled(request: WaitRequest, { entry }: WaitReply): Promise<JournalEntry> {
    if (entry.state !== "pending") return entry;
    const leftMs = (entry.dueAtMs ?? 0) - Date.now();
    const look = async () => {
      const { entry: now } = await this.register(request);
      return now.state === "pending" ? undefined : now;
    };
    if (request.wait.kind !== "sleep" || leftMs > IN_PLACE_MS || this.#scope.suspend === undefined)
      return this.#wait(request.key, leftMs, look);
    await pause(leftMs);
    return this.settled(request, await this.register(request));
  }

  /** A step's pause before it is tried again. */
  async pauseUntil(key: string, dueAtMs: number): Promise<void> {
    const leftMs = dueAtMs - Date.now();
    if (leftMs <= IN_PLACE_MS || this.#scope.suspend === undefined) return pause(leftMs);
    await this.#wait(key, leftMs, async () => true);
  }

  /** The handler has returned: an earlier start must not have done what this one never asked for. */
  async finish(): Promise<void> {
    if (this.#scope.isResumed !== true) return;
    const left = this.#firstUnasked(await this.#load());
    if (left !== undefined)
      throw new FlowwError(
        "STEP_ORDER_CHANGED",
        `The handler returned without asking for "${left.key}", which an earlier start of this run did.`,
      );
  }

  /** `look` is asked when the time is over, which it may be here when other work goes on for longer. */
  async #wait<T>(key: string, leftMs: number, look: () => Promise<T | undefined>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lookIn = (ms: number) =>
      this.#waits.set(
        key,
        setTimeout(
          () => {
            look().then((found) => (found === undefined ? lookIn(LOOK_AGAIN_MS) : resolve(found)), reject);
          },
          Math.min(Math.max(ms, 0), TIMER_MS_MAX),
        ),
      );
    lookIn(leftMs);
    this.#working -= 1;
    this.#suspendSoon();
    try {
      return await promise;
    } finally {
      this.#waits.delete(key);
      this.#working += 1;
    }
  }

  async #at<T>(work: () => Promise<T>): Promise<T> {
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      this.#suspendSoon();
    }
  }

  /** Once nothing is at work but waits. Not at once: who awaited what has just been settled comes first. */
  #suspendSoon(): void {
    if (this.#waits.size === 0 || this.#working > 0 || this.#isSuspended) return;
    setTimeout(() => {
      if (this.#waits.size === 0 || this.#working > 0 || this.#isSuspended) return;
      if (this.#scope.suspend === undefined) return;
      this.#isSuspended = true;
      for (const timer of this.#waits.values()) clearTimeout(timer);
      this.#scope.suspend([...this.#waits.keys()]);
    }, 0);
  }

  #unlessSuspended<T>(value: T): T | Promise<never> {
    return this.#isSuspended ? new Promise<never>(() => undefined) : value;
  }

  async #entryOf(asked: Asked): Promise<JournalEntry | undefined> {
    const entries = await this.#load();
    const entry = entries.get(asked.key);
    if (
      entry !== undefined &&
      (entry.kind !== asked.kind || (asked.isAlone && entry.position !== asked.position))
    )
      throw changed(asked, `an earlier start had ${describe(entry)} there`);
    if (entry === undefined && asked.isAlone) {
      const left = this.#firstUnasked(entries, asked.position);
      if (left !== undefined) throw changed(asked, `an earlier start asked for ${describe(left)}`);
    }
    return entry;
  }

  #firstUnasked(entries: Map<string, JournalEntry>, from = 0): JournalEntry | undefined {
    for (const entry of entries.values())
      if (entry.position >= from && !this.#asked.has(entry.key)) return entry;
    return undefined;
  }

  #load(): Promise<Map<string, JournalEntry>> {
    this.#entries ??= this.#scope.isResumed === true ? readAll() : Promise.resolve(new Map());
    return this.#entries;
  }
}

async function readAll(): Promise<Map<string, JournalEntry>> {
  const entries = new Map<string, JournalEntry>();
  for (;;) {
    const page = await callHost("journal.read", { after: entries.size });
    for (const entry of page.entries) entries.set(entry.key, entry);
    if (!page.hasMore || page.entries.length === 0) return entries;
  }
}

function describe({ kind, key, position }: JournalEntry): string {
  return `the ${kind} "${key}" as its number ${position + 1}`;
}

function changed({ kind, key, position, source }: Asked, what: string): FlowwError {
  const place = source();
  const where = place === undefined ? "" : ` at ${place.file}:${place.line}`;
  return new FlowwError(
    "STEP_ORDER_CHANGED",
    `The handler asks for the ${kind} "${key}" as its number ${position + 1}${where}, and ${what}.`,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}
