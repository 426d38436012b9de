import { expect, test } from "vitest";
import { RunsInHand } from "./runs-in-hand.ts";

test("the next start of a run is in hand when the last one leaves", async () => {
  const runs = new RunsInHand();
  const [first, second] = [
    { id: "run", epoch: 1 },
    { id: "run", epoch: 2 },
  ];
  const isOver = Promise.withResolvers<void>();
  const held = runs.during(first, async () => {
    void runs.during(second, () => isOver.promise);
  });
  await held;
  expect([runs.has(first), runs.has(second)]).toEqual([false, true]);
  isOver.resolve();
  await expect.poll(() => runs.has(second)).toBe(false);
});

test("a start that is held twice, while its event is read and while it runs, is in hand until both are over", async () => {
  const runs = new RunsInHand();
  const run = { id: "run", epoch: 1 };
  await runs.duringAll([run], async () => {
    await runs.during(run, async () => undefined);
    expect(runs.has(run)).toBe(true);
  });
  expect(runs.has(run)).toBe(false);
});
