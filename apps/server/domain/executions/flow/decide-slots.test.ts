import { expect, test } from "vitest";
import { decideSlots } from "./decide-slots.ts";

const fresh = (...ids: string[]) => ids.map((id) => ({ id, isNew: true }));
const resumed = (...ids: string[]) => ids.map((id) => ({ id, isNew: false }));
const nothing = { admitted: [], dropped: [], replaced: [], replacedRunning: 0 };

test("a queue lets in as many as are free, in order", () => {
  const slots = { limit: 3, strategy: "queue", running: 1 } as const;
  expect(decideSlots({ ...slots, held: fresh("a", "b", "c") })).toEqual({ ...nothing, admitted: ["a", "b"] });
  expect(decideSlots({ ...slots, running: 5, held: fresh("a") })).toEqual(nothing);
});

test("beyond the limit newcomers are dropped, and what was running before is not", () => {
  const held = [...resumed("old"), ...fresh("a", "b")];
  expect(decideSlots({ limit: 1, strategy: "drop", running: 0, held })).toEqual({
    ...nothing,
    admitted: ["old"],
    dropped: ["a", "b"],
  });
  expect(decideSlots({ limit: 1, strategy: "drop", running: 1, held: resumed("old") })).toEqual(nothing);
});

test("the newest take the place of the oldest, held or running", () => {
  const slots = { limit: 2, strategy: "cancel-running" } as const;
  expect(decideSlots({ ...slots, running: 2, held: fresh("a") })).toEqual({
    ...nothing,
    admitted: ["a"],
    replacedRunning: 1,
  });
  expect(decideSlots({ ...slots, running: 1, held: fresh("a", "b", "c") })).toEqual({
    ...nothing,
    admitted: ["b", "c"],
    replaced: ["a"],
    replacedRunning: 1,
  });
  // One that comes back takes nobody's place.
  expect(decideSlots({ ...slots, running: 2, held: resumed("old") })).toEqual(nothing);
  expect(decideSlots({ ...slots, running: 0, held: [...resumed("old"), ...fresh("a")] })).toEqual({
    ...nothing,
    admitted: ["a", "old"],
  });
});
