import type { Queryable } from "../../platform/db/database.ts";
import { ANY_SERVER, type JobNews, writeJobNews } from "./store.ts";

/** A job that fails each second is written four times a minute, and one that goes well once. */
const FAILURE_EVERY_MS = 15_000;
const SUCCESS_EVERY_MS = 60_000;
const FAILURE_LENGTH_MAX = 300;

interface JobStatesOptions {
  database: Queryable;
  serverId: string;
  report(error: unknown): void;
  failureEveryMs?: number;
  successEveryMs?: number;
}

interface Kept {
  serverId: string;
  news: JobNews | undefined;
  /** As far as it was written, or is about to be. */
  isFailing: boolean;
  writtenAtMs: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Keeps how the server's own work by the clock goes, so that an administrator sees what fails on any server. It costs the
 * job nothing: what cannot be written is reported and forgotten.
 */
export class JobStates {
  readonly #options: Required<JobStatesOptions>;
  readonly #jobs = new Map<string, Kept>();
  #writing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: JobStatesOptions) {
    this.#options = { failureEveryMs: FAILURE_EVERY_MS, successEveryMs: SUCCESS_EVERY_MS, ...options };
  }

  /** `isAlone`: one server at a time does it, and the next one may be another. Rejects with the work's own error. */
  async track<T>(name: string, work: () => Promise<T>, { isAlone = false } = {}): Promise<T> {
    const kept = this.#keptOf(name, isAlone);
    try {
      const result = await work();
      this.#note(name, kept, { succeededAt: new Date(), failures: 0 });
      return result;
    } catch (error) {
      const failures = (kept.news?.failures ?? 0) + 1;
      this.#note(name, kept, { failedAt: new Date(), failure: firstLineOf(error), failures });
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { timer } of this.#jobs.values()) clearTimeout(timer);
    await this.#writing;
  }

  #keptOf(name: string, isAlone: boolean): Kept {
    const known = this.#jobs.get(name);
    if (known !== undefined) return known;
    const serverId = isAlone ? ANY_SERVER : this.#options.serverId;
    const kept: Kept = {
      serverId,
      news: undefined,
      isFailing: false,
      writtenAtMs: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#jobs.set(name, kept);
    return kept;
  }

  #note(name: string, kept: Kept, news: Partial<JobNews>): void {
    const none = { succeededAt: undefined, failedAt: undefined, failure: undefined, failures: 0 };
    kept.news = { ...none, ...kept.news, ...news };
    if (kept.timer !== undefined || this.#isStopped) return;
    const { failureEveryMs, successEveryMs } = this.#options;
    const isNews = kept.isFailing || kept.news.failures > 0;
    const waitMs = kept.writtenAtMs + (isNews ? failureEveryMs : successEveryMs) - performance.now();
    if (waitMs <= 0) this.#write(name, kept);
    // What goes well and is left waiting comes with the next news.
    else if (isNews) kept.timer = setTimeout(() => this.#write(name, kept), waitMs).unref();
  }

  #write(name: string, kept: Kept): void {
    const { news, serverId } = kept;
    kept.timer = undefined;
    if (news === undefined) return;
    kept.news = undefined;
    kept.isFailing = news.failures > 0;
    kept.writtenAtMs = performance.now();
    const { database, report } = this.#options;
    this.#writing = Promise.all([
      this.#writing,
      writeJobNews(database, { name, serverId }, news).catch(report),
    ]).then(() => undefined);
  }
}

function firstLineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0]!.replaceAll("\0", "").slice(0, FAILURE_LENGTH_MAX);
}
