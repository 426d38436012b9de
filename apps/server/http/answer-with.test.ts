import type { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { RunJob, RunSink } from "@floww/executor/host";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LaptopDriver } from "../domain/dev-sessions/laptop-driver.ts";
import { answerWith } from "./answer-with.ts";
import type { AnswerWriter } from "./answer-writer.ts";

const ID = "exe_1";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** An event for a laptop, and all that its caller is told. */
function aDevEvent() {
  const told: FlowwError[] = [];
  const tell = (error: FlowwError) => void told.push(error);
  const writer = { giveUpWaiting: tell, fail: tell, end: () => undefined } as unknown as AnswerWriter;
  const driver = new LaptopDriver({ ring: () => undefined, hasDeadlines: () => true });
  const job = { executionId: ID, timeoutMs: limits.deadlineMs } as RunJob;
  const end = driver.run(job, {} as RunSink);
  const answered = answerWith(writer, { executionId: ID, end, giveUp: () => driver.giveUp(ID) });
  return { driver, end, answered, told };
}

test("an event that no laptop takes ends when its caller's time is over, and both say so", async () => {
  const { driver, end, answered, told } = aDevEvent();
  await vi.advanceTimersByTimeAsync(limits.callerWaitMs - 1);
  expect(told).toEqual([]);
  expect(driver.waiting()).toEqual([ID]);
  await vi.advanceTimersByTimeAsync(1);
  await answered;
  expect(told[0]).toMatchObject({ code: "DEV_NOT_TAKEN", status: 504 });
  expect(await end).toMatchObject({ state: "interrupted", error: { code: "DEV_NOT_TAKEN" } });
  expect(() => driver.take(ID)).toThrow(expect.objectContaining({ code: "STATE_CONFLICT" }));
});

test("one that a laptop took at the last moment goes on, and its caller is told that", async () => {
  const { driver, end, answered, told } = aDevEvent();
  await vi.advanceTimersByTimeAsync(limits.callerWaitMs - 1);
  driver.take(ID);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toMatchObject([
    { code: "CALLER_TIMED_OUT", message: expect.stringContaining("exe_1 goes on") },
  ]);
  driver.end(ID, { state: "completed" });
  await answered;
  expect(await end).toEqual({ state: "completed" });
});

test("one that nobody waits for ends by itself when no laptop takes it", async () => {
  const driver = new LaptopDriver({ ring: () => undefined, hasDeadlines: () => true });
  const end = driver.run({ executionId: ID } as RunJob, {} as RunSink);
  await vi.runAllTimersAsync();
  expect(await end).toMatchObject({ state: "interrupted", error: { code: "DEV_NOT_TAKEN" } });
});
