import { expect, test } from "vitest";
import { readCredential } from "./read-credential.ts";

test.each([
  ["2026-12-01 08:00:00 UTC", "2026-12-01T08:00:00.000Z"],
  ["2026-12-01 08:00:00 +0200", "2026-12-01T06:00:00.000Z"],
  ["2026-12-01 08:00:00 -0730", "2026-12-01T15:30:00.000Z"],
  ["2026-99-01 08:00:00 UTC", undefined],
  ["soon", undefined],
  ["", undefined],
])("a token that GitHub says expires at %j expires at %s", (told, wanted) => {
  const headers = new Headers({ "github-authentication-token-expiration": told });
  const state = readCredential({ status: 200, headers, head: "" });
  expect(state?.kind === "accepted" ? state.expiresAt?.toISOString() : state).toBe(wanted);
});

test("only 401 is about the token: GitHub says 403 and 404 for what it may not touch", () => {
  const read = (status: number) => readCredential({ status, headers: new Headers(), head: "" })?.kind;
  expect([200, 204, 301, 401, 403, 404, 500].map(read)).toEqual([
    "accepted",
    "accepted",
    undefined,
    "refused",
    undefined,
    undefined,
    undefined,
  ]);
});
