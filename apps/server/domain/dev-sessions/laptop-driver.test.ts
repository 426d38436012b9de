import type { RunJob, RunSink } from "@floww/executor/host";
import { expect, test } from "vitest";
import { LaptopDriver } from "./laptop-driver.ts";

const ID = "exe_1";
const STREAM = { status: 200, headers: [], stream: true as const };
const onLaptop = async () => {
  throw new TypeError("not asked for here");
};
const job: RunJob = {
  target: { namespaceId: "", workflowId: "", deploymentId: "", bundle: onLaptop, env: onLaptop },
  executionId: ID,
  handlerId: "h",
  attempt: 1,
  timeoutMs: 60_000,
  event: { head: { type: "manual", triggeredBy: "test" }, body: Buffer.alloc(0) },
};

/** A run that the laptop has taken, and what its sink was given; each piece waits until it is let go. */
function takenRun() {
  const given: string[] = [];
  const waiting: (() => void)[] = [];
  const held = (what: string) => {
    given.push(what);
    return new Promise<void>((resolve) => waiting.push(resolve));
  };
  const sink: RunSink = {
    log: () => undefined,
    call: async () => null,
    fetch: async () => {
      throw new TypeError("no vendor is called here");
    },
    answer: (header, body) => held(`${header.status} ${body}`),
    chunk: (bytes) => held(String(bytes)),
  };
  const driver = new LaptopDriver({ ring: () => undefined, hasDeadlines: () => true });
  const ended = driver.run(job, sink);
  driver.take(ID);
  return { driver, ended, given, letGo: () => waiting.shift()?.() };
}

const conflict = expect.objectContaining({ code: "STATE_CONFLICT" });

test("each part of an answer resolves when the one before the caller has it, and nothing overtakes it", async () => {
  const { driver, ended, given, letGo } = takenRun();
  const answered = driver.answer(ID, STREAM, Buffer.from("begin"));
  await expect(driver.answer(ID, STREAM, Buffer.from("again"))).rejects.toEqual(conflict);
  expect(() => driver.chunk(ID, Buffer.from("too early"))).toThrow(conflict);
  letGo();
  await answered;
  const chunk = driver.chunk(ID, Buffer.from("one"));
  await expect(driver.chunk(ID, Buffer.from("two at once"))).rejects.toEqual(conflict);
  expect(() => driver.end(ID, { state: "completed" })).toThrow(conflict);
  letGo();
  await chunk;
  driver.end(ID, { state: "completed" });
  expect(await ended).toEqual({ state: "completed" });
  expect(given).toEqual(["200 begin", "one"]);
});

test("chunks need an answer that said it is a stream", async () => {
  const { driver, letGo } = takenRun();
  expect(() => driver.chunk(ID, Buffer.from("x"))).toThrow(conflict);
  const answered = driver.answer(ID, { status: 200, headers: [] }, Buffer.alloc(0));
  letGo();
  await answered;
  expect(() => driver.chunk(ID, Buffer.from("x"))).toThrow(conflict);
  driver.cancel(ID);
});

test("a laptop that goes away in the middle of a stream ends its run", async () => {
  const { driver, ended, letGo } = takenRun();
  const answered = driver.answer(ID, STREAM, Buffer.alloc(0));
  letGo();
  await answered;
  void driver.chunk(ID, Buffer.from("x"));
  driver.abandon("The dev session ended.");
  expect(await ended).toMatchObject({ state: "interrupted" });
});
