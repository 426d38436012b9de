import { expect, test } from "vitest";
import { refuseSharedAddresses } from "./handler-id.ts";

const builtin = { type: "builtin" };
const webhook = (method: string, path: string) => ({
  provider: builtin,
  type: "onWebhook",
  input: { method, path },
});
const manual = (name: string) => ({ provider: builtin, type: "onManual", input: { name } });

test.each([
  ["a method and path", [webhook("POST", "/a"), webhook("POST", "/a")]],
  ["paths whose segments are only called otherwise", [webhook("GET", "/a/:x/b"), webhook("GET", "/a/:y/b")]],
  ["a manual trigger's name", [manual("greet"), manual("greet")]],
])("%s is one trigger's alone", (_what, triggers) => {
  expect(() => refuseSharedAddresses(triggers)).toThrow(expect.objectContaining({ code: "TRIGGER_TAKEN" }));
});

test("what a request or command tells apart stands beside each other", () => {
  const input = { expression: "* * * * *" };
  refuseSharedAddresses([
    ...[webhook("POST", "/a"), webhook("GET", "/a"), webhook("POST", "/a/"), webhook("POST", "/:a")],
    ...[webhook("POST", "/:a/b"), webhook("POST", "/b/:a"), manual("/a"), manual("POST /a")],
    ...[1, 2].map(() => ({ provider: builtin, type: "onCron", input })),
    ...[1, 2].map(() => ({ provider: { type: "github" }, type: "onPush", input: {} })),
  ]);
});
