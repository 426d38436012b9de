import { expect, test } from "vitest";
import { shareOut } from "./claim-executions.ts";

test.each([
  [[50, 50], 50, [25, 25]],
  [[50, 3, 50], 50, [24, 3, 23]],
  [[0, 50], 10, [0, 10]],
  [[1, 1, 1], 2, [1, 1, 0]],
  [[], 10, []],
  [[0, 0], 10, [0, 0]],
])("rooms of %j share %i as %j", (rooms, limit, shares) => {
  expect(shareOut(rooms, limit)).toEqual(shares);
});
