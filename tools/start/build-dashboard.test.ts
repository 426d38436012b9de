import { resolve } from "node:path";
import { expect, test } from "vitest";
import { buildDashboard } from "./build-dashboard.mjs";

const root = resolve(import.meta.dirname, "../..");

test("what is there of the same sources is not built again, however their folder is written", async () => {
  // The set-up of the tests has built it.
  expect(await buildDashboard(root)).toBe(false);
  expect(await buildDashboard(`${root}/`)).toBe(false);
});
