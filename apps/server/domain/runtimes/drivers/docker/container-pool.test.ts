import { randomUUID } from "node:crypto";
import type { RuntimeTarget } from "@floww/executor/host";
import { expect, test } from "vitest";
import { aTarget } from "../test-workflow.ts";
import { ContainerPool, type ContainerPoolOptions, type PooledContainer } from "./container-pool.ts";

/** A container without an engine: it is gone as soon as it is killed, or when the test says so. */
class Peer implements PooledContainer {
  readonly name = randomUUID();
  readonly target: RuntimeTarget;
  readonly #closed = Promise.withResolvers<void>();
  takesWork = true;

  constructor(target: RuntimeTarget) {
    this.target = target;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  kill(): void {
    this.takesWork = false;
    this.#closed.resolve();
  }
}

const aPool = (options: Partial<ContainerPoolOptions<Peer>> = {}) =>
  new ContainerPool<Peer>({ ...options, start: (target) => new Peer(target) });
const aDeployment = (concurrency?: number) =>
  aTarget({}, concurrency === undefined ? {} : { runtime: { driver: "docker", concurrency } });
const WAIT_MS = 60_000;
const isPending = async (promise: Promise<unknown>) => {
  const pending = Symbol();
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
};

test("one that is free is taken again, the last one first", async () => {
  const pool = aPool();
  const target = aDeployment();
  const [one, two] = await Promise.all([pool.acquire(target, WAIT_MS), pool.acquire(target, WAIT_MS)]);
  pool.release(one);
  pool.release(two);
  expect(await pool.acquire(target, WAIT_MS)).toBe(two);
  expect(await pool.acquire(target, WAIT_MS)).toBe(one);
  await pool.close();
});

test("a deployment has no more than floww.yaml allows; the next run waits for one, in order", async () => {
  const pool = aPool();
  const target = aDeployment(1);
  const only = await pool.acquire(target, WAIT_MS);
  const [second, third] = [pool.acquire(target, WAIT_MS), pool.acquire(target, WAIT_MS)];
  expect(await isPending(second)).toBe(true);
  expect(await pool.acquire(aDeployment(1), WAIT_MS)).not.toBe(only);
  pool.release(only);
  expect(await second).toBe(only);
  expect(await isPending(third)).toBe(true);
  pool.release(only);
  expect(await third).toBe(only);
  await pool.close();
});

test("a run that comes while another one ends waits for that container", async () => {
  const pool = aPool();
  const target = aDeployment();
  const container = await pool.acquire(target, WAIT_MS);
  pool.willRelease(container);
  const next = pool.acquire(target, WAIT_MS);
  expect(await isPending(next)).toBe(true);
  expect(pool.size).toBe(1);
  pool.release(container);
  expect(await next).toBe(container);
  await pool.close();
});

test("at the bound the one that is idle for longest makes room, and a busy one never", async () => {
  const pool = aPool({ containersMax: 2 });
  const [a, b, c] = [aDeployment(), aDeployment(), aDeployment()];
  const [idle, busy] = await Promise.all([pool.acquire(a, WAIT_MS), pool.acquire(b, WAIT_MS)]);
  pool.release(idle);
  const third = await pool.acquire(c, WAIT_MS);
  expect(idle.takesWork).toBe(false);
  expect(pool.size).toBe(2);
  const fourth = pool.acquire(a, WAIT_MS);
  expect(await isPending(fourth)).toBe(true);
  expect([busy.takesWork, third.takesWork]).toEqual([true, true]);
  busy.kill();
  expect((await fourth).target).toBe(a);
  await pool.close();
});

test("who waits for too long is told so", async () => {
  const pool = aPool({ containersMax: 1 });
  await pool.acquire(aDeployment(), WAIT_MS);
  await expect(pool.acquire(aDeployment(), 5)).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
  await pool.close();
});

test("what was idle for long enough ends, and nothing is left in the end", async () => {
  let now = 0;
  const pool = aPool({ idleMsMax: 1_000, reapEveryMs: 1, now: () => now });
  const target = aDeployment();
  const [idle, busy] = await Promise.all([pool.acquire(target, WAIT_MS), pool.acquire(target, WAIT_MS)]);
  pool.release(idle);
  now = 1_000;
  await idle.closed;
  expect(busy.takesWork).toBe(true);
  expect(pool.size).toBe(1);
  now = 10_000;
  pool.release(busy);
  now = 11_000;
  await busy.closed;
  expect(pool.size).toBe(0);
  await pool.close();
});

test("a retired deployment's containers end: idle ones at once, the others with their run", async () => {
  const pool = aPool();
  const target = aDeployment();
  const [idle, busy] = await Promise.all([pool.acquire(target, WAIT_MS), pool.acquire(target, WAIT_MS)]);
  pool.release(idle);
  pool.retire(target.deploymentId);
  expect([idle.takesWork, busy.takesWork]).toEqual([false, true]);
  pool.release(busy);
  expect(busy.takesWork).toBe(false);
  expect((await pool.acquire(target, WAIT_MS)).takesWork).toBe(true);
  await pool.close();
});

test("an idle container ends soon when no events come to its deployment any more", async () => {
  let now = 0;
  const pool = aPool({ isRouted: () => false, now: () => now, reapEveryMs: 1 });
  const target = aDeployment();
  const container = await pool.acquire(target, WAIT_MS);
  pool.release(container);
  now = 999;
  expect(await pool.acquire(target, WAIT_MS)).toBe(container);
  pool.release(container);
  now = 2_000;
  await expect.poll(() => container.takesWork, { timeout: 10_000 }).toBe(false);
  await pool.close();
});

test("closing refuses those who wait and those who come", async () => {
  const pool = aPool({ containersMax: 1 });
  await pool.acquire(aDeployment(), WAIT_MS);
  const waits = pool.acquire(aDeployment(), WAIT_MS);
  const refused = expect(waits).rejects.toMatchObject({ code: "SERVER_STOPPING" });
  await pool.close();
  await refused;
  expect(() => pool.acquire(aDeployment(), WAIT_MS)).toThrow("shutting down");
});
