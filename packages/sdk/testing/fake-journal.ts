import { FlowwError } from "@floww/contract/errors";
import type { JournalCalls, JournalEntry, WaitRequest } from "@floww/contract/host-calls";
import { encodeValue } from "../value-codec.ts";

/** What ends a wait in a test: the value, or a function of what is waited for, which may throw. */
export type WaitAnswer = unknown | ((wait: WaitRequest["wait"]) => unknown);

export interface SentEvent {
  name: string;
  data: unknown;
}

type Calls = {
  [Name in keyof JournalCalls]: (input: JournalCalls[Name]["input"]) => JournalCalls[Name]["output"];
};

/** Stands in for the journal: every test run is a first start, steps run, sleeps are over at once, waits as the test says. */
export class FakeJournal {
  readonly #pass: (ms: number) => void;
  readonly #answers = new Map<string, WaitAnswer>();
  #sent: SentEvent[] = [];

  /** `pass` moves the test's clock. */
  constructor(pass: (untilOrForMs: number) => void) {
    this.#pass = pass;
  }

  answer(name: string, answer: WaitAnswer): void {
    this.#answers.set(name, answer);
  }

  sent(): readonly SentEvent[] {
    return this.#sent;
  }

  reset(): void {
    this.#answers.clear();
    this.#sent = [];
  }

  readonly calls: Calls = {
    "journal.read": () => ({ entries: [], hasMore: false }),
    "journal.record": () => null,
    "journal.wait": (request) => ({ entry: this.#settle(request), url: "https://floww.test/wait" }),
    "event.send": ({ name, data }) => {
      this.#sent.push({ name, data: JSON.parse(data) });
      return { waiting: 0 };
    },
  };

  #settle({ key, position, wait }: WaitRequest): JournalEntry {
    const entry = { key, kind: wait.kind, position, state: "completed", attempts: 0 } as const;
    if (wait.kind === "sleep") {
      if ("forMs" in wait) this.#pass(wait.forMs);
      return entry;
    }
    if (!this.#answers.has(key))
      throw new FlowwError("NOT_FOUND", `The test answers no wait "${key}".`, {
        fix: `Call answerWait(${JSON.stringify(key)}, …) of floww/testing first.`,
      });
    const answer = this.#answers.get(key);
    return { ...entry, value: encodeValue(typeof answer === "function" ? answer(wait) : answer) };
  }
}
