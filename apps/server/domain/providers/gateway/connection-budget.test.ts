import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { ConnectionBudget, forgetBudgets } from "./connection-budget.ts";

const TURN_MS = 1_000 / limits.providerCallsPerSecond;
const BURST = limits.providerCallsPerSecond;

function until(isSo: () => boolean): Promise<unknown> {
  return vi.waitUntil(isSo, { timeout: 10_000, interval: 1 });
}

interface Sleeper {
  ms: number;
  wake(): void;
}

describe("the budget of a connection, drawn from by two servers", () => {
  let database: TestDatabase;
  let owner: { id: string; type: string; alias: string };
  let sleepers: Sleeper[];
  let here: ConnectionBudget;
  let there: ConnectionBudget;
  const never = new AbortController().signal;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.query("create table test_clock as select now() as at");
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(() => {
    sleepers = [];
    owner = { id: newUuid(), type: "slack", alias: "default" };
    [here, there] = [aServer(), aServer()];
  });

  /** Its calls sleep until the test wakes them. */
  function aServer(): ConnectionBudget {
    return new ConnectionBudget(database, {
      clock: "(select at from test_clock)",
      sleep: (ms, signal) =>
        new Promise((wake, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
          sleepers.push({ ms, wake });
        }),
    });
  }

  async function advance(ms: number): Promise<void> {
    await database.query("update test_clock set at = at + $1 * interval '1 millisecond'", [ms]);
  }

  /** Starts a call and waits until it goes, sleeps or fails; calls of one test are started one after the other. */
  async function start(server: ConnectionBudget): Promise<{ gone: Promise<void>; sleepsMs: number }> {
    const before = sleepers.length;
    const gone = server.waitForTurn(owner, never);
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    gone.then(over, over);
    await until(() => isOver || sleepers.length > before);
    return { gone, sleepsMs: sleepers[before]?.ms ?? 0 };
  }

  test("a second's calls may go in one burst, whoever makes them, and then each has its own turn", async () => {
    const waits: number[] = [];
    for (let call = 0; call < BURST + 4; call++)
      waits.push((await start(call % 2 === 0 ? here : there)).sleepsMs);
    expect(waits.slice(0, BURST)).toEqual(Array(BURST).fill(0));
    expect(waits.slice(BURST)).toEqual([1, 2, 3, 4].map((turn) => turn * TURN_MS));
    owner = { ...owner, id: newUuid() };
    expect((await start(there)).sleepsMs).toBe(0);
  });

  test("of many calls at once no two have the same turn", async () => {
    const calls = Array.from({ length: BURST + 100 }, (_, at) =>
      (at % 2 === 0 ? here : there).waitForTurn(owner, never),
    );
    await until(() => sleepers.length === 100);
    const waits = sleepers.map(({ ms }) => ms).sort((one, other) => one - other);
    expect(waits).toEqual(Array.from({ length: 100 }, (_, at) => (at + 1) * TURN_MS));
    for (const { wake } of sleepers) wake();
    await Promise.all(calls);
  });

  test("what a server had taken when it died is missed for a second at most", async () => {
    for (let call = 0; call < BURST; call++) await here.waitForTurn(owner, never);
    await advance(1_000);
    for (let call = 0; call < BURST; call++) expect((await start(there)).sleepsMs).toBe(0);
    // A longer silence saves up no more than the burst.
    await advance(3_600_000);
    for (let call = 0; call < BURST; call++) expect((await start(there)).sleepsMs).toBe(0);
    expect((await start(there)).sleepsMs).toBe(TURN_MS);
  });

  test("a pause that a vendor asked one server for holds them all, and is followed by no burst", async () => {
    await here.pause(owner.id, 7_000);
    await here.pause(owner.id, 2_000);
    expect((await start(there)).sleepsMs).toBe(7_000 + TURN_MS);
    expect((await start(here)).sleepsMs).toBe(7_000 + 2 * TURN_MS);
    await advance(7_000 + 2 * TURN_MS);
    expect((await start(there)).sleepsMs).toBe(TURN_MS);
  });

  test("a pause moves those who wait already, in their order, and those who come later stand behind them", async () => {
    for (let call = 0; call < BURST; call++) await here.waitForTurn(owner, never);
    const [first, second] = [await start(here), await start(there)];
    expect([first.sleepsMs, second.sleepsMs]).toEqual([TURN_MS, 2 * TURN_MS]);
    await there.pause(owner.id, 5_000);
    const third = await start(here);
    expect(third.sleepsMs).toBe(5_000 + 3 * TURN_MS);
    await advance(2 * TURN_MS);
    for (const { wake } of sleepers.splice(0, 2)) wake();
    await until(() => sleepers.length === 3);
    expect(sleepers.slice(1).map(({ ms }) => ms)).toEqual([5_000, 5_000]);
    for (const { wake } of sleepers) wake();
    await Promise.all([first.gone, second.gone, third.gone]);
  });

  test("a call waits for the longest pause that is waited for, and no longer; one that is refused takes no turn", async () => {
    await here.pause(owner.id, limits.providerPauseMsMax);
    expect((await start(there)).sleepsMs).toBe(limits.providerPauseMsMax + TURN_MS);
    await here.pause(owner.id, 2 * limits.providerPauseMsMax);
    const refused = { code: "PROVIDER_UNREACHABLE", message: expect.stringContaining("a pause of 120 s") };
    for (let call = 0; call < 3; call++)
      await expect(there.waitForTurn(owner, never)).rejects.toMatchObject(refused);
    await advance(2 * limits.providerPauseMsMax);
    expect((await start(here)).sleepsMs).toBe(2 * TURN_MS);
  });

  test("calls that are too many for their connection are refused with what is the matter", async () => {
    await here.waitForTurn(owner, never);
    await database.query(
      "update connection_budgets set next_at = (select at + interval '65 s' from test_clock) where provider_id = $1",
      [owner.id],
    );
    await expect(there.waitForTurn(owner, never)).rejects.toMatchObject({
      code: "PROVIDER_UNREACHABLE",
      message: expect.stringMatching(/slack \(default\) has calls waiting for the next 65 s: 50 a second/),
    });
  });

  test("a pause that comes while a call waits, and is too long, ends its waiting", async () => {
    await here.pause(owner.id, 1_000);
    const waiting = await start(there);
    await here.pause(owner.id, 3_600_000);
    sleepers[0]!.wake();
    await expect(waiting.gone).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE", message: /pause of/ });
  });

  test("no answer of a vendor's shuts a connection for longer than a day", async () => {
    await here.pause(owner.id, Number.MAX_SAFE_INTEGER);
    await advance(24 * 3_600_000);
    expect((await start(there)).sleepsMs).toBe(TURN_MS);
  });

  test("a call that nobody waits for any more stops waiting", async () => {
    await here.pause(owner.id, 5_000);
    const abort = new AbortController();
    const waiting = there.waitForTurn(owner, abort.signal);
    await until(() => sleepers.length === 1);
    abort.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
  });

  test("a budget that nobody has drawn from for an hour is forgotten", async () => {
    const real = new ConnectionBudget(database);
    await real.waitForTurn(owner, never);
    while ((await forgetBudgets(database, 100)) > 0);
    const count = async () =>
      (await database.query("select from connection_budgets where provider_id = $1", [owner.id])).rowCount;
    expect(await count()).toBe(1);
    await database.query(
      "update connection_budgets set next_at = next_at - interval '61 min' where provider_id = $1",
      [owner.id],
    );
    expect(await forgetBudgets(database, 100)).toBe(1);
    expect(await count()).toBe(0);
  });
});
