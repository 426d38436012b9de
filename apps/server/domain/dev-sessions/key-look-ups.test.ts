import { expect, test } from "vitest";
import { KeyLookUps } from "./key-look-ups.ts";

/** A look-up that ends when the test says so. */
function held() {
  const asked: { keys: readonly string[]; end: (error?: Error) => void }[] = [];
  const lookUps = new KeyLookUps((keys) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    asked.push({ keys, end: (error) => (error === undefined ? resolve() : reject(error)) });
    return promise;
  });
  return { asked, lookUps };
}

const tick = () => new Promise((resolve) => setImmediate(resolve));

test("any number of keys are one look-up at a time, and each is looked for after it was asked", async () => {
  const { asked, lookUps } = held();
  const first = lookUps.lookFor("a");
  await tick();
  const others = ["b", "c", "b", "a"].map((key) => lookUps.lookFor(key));
  await tick();
  expect(asked.map(({ keys }) => keys)).toEqual([["a"]]);
  asked[0]!.end();
  await first;
  await tick();
  expect(asked.map(({ keys }) => keys)).toEqual([["a"], ["b", "c", "a"]]);
  asked[1]!.end();
  await Promise.all(others);
});

test("a look-up that fails is said to those who waited for it, and to nobody else", async () => {
  const { asked, lookUps } = held();
  const first = lookUps.lookFor("a");
  await tick();
  const second = lookUps.lookFor("b");
  asked[0]!.end(new Error("away"));
  await expect(first).rejects.toThrow("away");
  await tick();
  asked[1]!.end();
  await second;
});

test("a flood waits for nothing beyond its bound, and costs one look-up", async () => {
  const { asked, lookUps } = held();
  const all = Array.from({ length: 5_000 }, (_, index) => lookUps.lookFor(`key ${index}`));
  await tick();
  expect(asked.map(({ keys }) => keys.length)).toEqual([1_000]);
  asked[0]!.end();
  await Promise.all(all);
  const last = lookUps.lookFor("later");
  await tick();
  expect(asked.map(({ keys }) => keys.length)).toEqual([1_000, 1]);
  asked[1]!.end();
  await last;
});
