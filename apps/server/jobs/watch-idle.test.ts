import { createServer } from "node:http";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchIdle } from "./watch-idle.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function isReached(watch: { reached: Promise<void> }): Promise<boolean> {
  return Promise.race([watch.reached.then(() => true), Promise.resolve().then(() => false)]);
}

test("a server is idle so long after its last request", async () => {
  const http = createServer();
  const watch = watchIdle(http, 1_000);
  vi.advanceTimersByTime(900);
  http.emit("request");
  vi.advanceTimersByTime(999);
  expect(await isReached(watch)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(await isReached(watch)).toBe(true);
});

test("one that was told to stop by itself never is, nor is one that is not to", async () => {
  const http = createServer();
  const [stopped, never] = [watchIdle(http, 1_000), watchIdle(http, undefined)];
  stopped.stop();
  http.emit("request");
  vi.advanceTimersByTime(100_000);
  expect([await isReached(stopped), await isReached(never)]).toEqual([false, false]);
  expect(vi.getTimerCount()).toBe(0);
});
