import type { Client } from "@floww/contract/api";
import { describe, expect, test } from "vitest";
import { followExecution, followLogs } from "./follow-logs.ts";
import type { LogLine } from "./print-execution.ts";
import type { Execution } from "./read-logs.ts";

/** What a namespace would answer of its runs: ids grow, pages are newest first. */
class Runs {
  readonly #runs = new Map<string, { execution: Execution; lines: LogLine[] }>();

  start(): string {
    const id = `exe_${String(this.#runs.size).padStart(6, "0")}`;
    this.#runs.set(id, { execution: { id, attempt: 1 } as Execution, lines: [] });
    return id;
  }

  log(id: string, text: string): void {
    const { execution, lines } = this.#runs.get(id)!;
    const sequence = lines.filter(({ attempt }) => attempt === execution.attempt).length;
    lines.push({ executionId: id, attempt: execution.attempt, sequence, text } as LogLine);
  }

  tryAgain(id: string): void {
    this.#runs.get(id)!.execution.attempt += 1;
  }

  end(id: string): void {
    this.#runs.get(id)!.execution.finishedAt = "2026-01-01T00:00:00.000Z";
  }

  get(id: string): Execution {
    return this.#runs.get(id)!.execution;
  }

  session() {
    const client: Pick<Client, "listExecutions" | "getExecution" | "listExecutionLogs"> = {
      listExecutions: async ({ query: { limit = 50, cursor } = {} }) => {
        const newestFirst = [...this.#runs.values()].map(({ execution }) => execution).reverse();
        const left = newestFirst.filter(({ id }) => cursor === undefined || id < cursor);
        const items = left.slice(0, Number(limit));
        return left.length > items.length ? { items, nextCursor: items.at(-1)!.id } : { items };
      },
      getExecution: async ({ params: { executionId } }) => this.get(executionId) as never,
      listExecutionLogs: async ({ params: { executionId }, query: { after = -1, attempt } = {} }) => {
        const { lines } = this.#runs.get(executionId)!;
        const asked = Number(attempt ?? lines.at(-1)?.attempt);
        return {
          items: lines.filter((line) => line.attempt === asked && line.sequence > Number(after)),
        };
      },
    };
    return { client: client as Client, namespace: { id: "ns_1", name: "default" } };
  }
}

/** Does one of these after each look, and ends the following after the last. */
function following(runs: Runs, steps: (() => void)[]): { texts: Promise<string[]> } {
  const seen: string[] = [];
  const over = new Error("looked often enough");
  const left = [...steps];
  const pause = async () => {
    const step = left.shift();
    if (step === undefined) throw over;
    step();
  };
  const follow = async () => {
    try {
      const options = { workflowId: undefined, seen: [], pause };
      for await (const { text } of followLogs(runs.session(), options)) seen.push(text);
    } catch (error) {
      if (error !== over) throw error;
    }
    return seen;
  };
  return { texts: follow() };
}

const MANY = 250;

function startMany(runs: Runs, name: string): void {
  for (let index = 0; index < MANY; index++) {
    const id = runs.start();
    runs.log(id, `${name} ${index}`);
    runs.end(id);
  }
}

const many = (name: string) => Array.from({ length: MANY }, (_, index) => `${name} ${index}`);
const nothing = () => undefined;

describe("following the logs of all runs", () => {
  test("shows every line once of more runs than a page between two looks", async () => {
    const runs = new Runs();
    const { texts } = following(runs, [
      () => startMany(runs, "first"),
      nothing,
      () => startMany(runs, "second"),
      ...Array<() => void>(6).fill(nothing),
      () => startMany(runs, "third"),
      nothing,
    ]);
    expect(await texts).toEqual([...many("first"), ...many("second"), ...many("third")]);
  });

  test("goes on with a run that has not ended, however many are newer", async () => {
    const runs = new Runs();
    const long = runs.start();
    runs.log(long, "begun");
    const { texts } = following(runs, [
      () => startMany(runs, "between"),
      nothing,
      () => runs.log(long, "half"),
      nothing,
      () => {
        runs.log(long, "done");
        runs.end(long);
      },
    ]);
    expect((await texts).filter((text) => !text.startsWith("between"))).toEqual(["begun", "half", "done"]);
  });

  test("shows each attempt of a run that is tried again from its first line on", async () => {
    const runs = new Runs();
    const { texts } = following(runs, [
      () => {
        const id = runs.start();
        runs.log(id, "one");
        runs.log(id, "two");
        runs.tryAgain(id);
        runs.log(id, "again one");
      },
    ]);
    expect(await texts).toEqual(["one", "two", "again one"]);
  });
});

test("following one run ends with it, after its last line", async () => {
  const runs = new Runs();
  const id = runs.start();
  runs.log(id, "begun");
  const steps = [() => runs.log(id, "half"), () => runs.end(id), () => runs.log(id, "late")];
  const pause = async () => steps.shift()?.();
  const texts: string[] = [];
  for await (const { text } of followExecution(runs.session(), { executionId: id, last: undefined, pause }))
    texts.push(text);
  expect(texts).toEqual(["begun", "half", "late"]);
});
