import { expect, test } from "vitest";
import { partsNamed } from "./counts.ts";
import { partLines } from "./parts-report.ts";

test("what was exercised is said first, then what was not found", () => {
  const lines = partLines([
    { name: "centrifugo", ran: 0, skipped: 4 },
    { name: "docker.io", ran: 12, skipped: 1 },
  ]);
  expect(lines).toEqual([
    "part exercised: docker.io (12 tests)",
    "part not found: centrifugo (4 tests skipped)",
  ]);
});

test("a test needs every part that its suites and it name", () => {
  expect(partsNamed("[needs docker.io] a > [needs moto_server] b > c")).toEqual(["docker.io", "moto_server"]);
});
