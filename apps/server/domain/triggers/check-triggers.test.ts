import type { Manifest } from "@floww/contract/manifest";
import { expect, test } from "vitest";
import { checkTriggers } from "./check-triggers.ts";

const webhook = (handlerId: string, path: string) => ({
  handlerId,
  provider: { type: "builtin", alias: "default" },
  type: "onWebhook",
  key: handlerId,
  input: { method: "POST", path, response: "handler" },
});

function check(...triggers: Manifest["triggers"]): void {
  checkTriggers({ abi: 1, triggers, providers: [], secrets: [], warnings: [] }, new Map());
}

// A manifest comes out of user code, or from whoever calls the API: what the SDK refuses may still come.
test("one address is one handler's, whatever the manifest calls them", () => {
  check(webhook("a", "/a"), webhook("b", "/b"));
  expect(() => check(webhook("a", "/a"), webhook("b", "/a"))).toThrow(
    expect.objectContaining({ code: "TRIGGER_TAKEN" }),
  );
});

test("one id is one handler's", () => {
  expect(() => check(webhook("a", "/a"), webhook("a", "/b"))).toThrow(
    expect.objectContaining({ code: "HANDLER_ID_TAKEN" }),
  );
});

test.each([
  ["0 0 30 2 *", "CRON_NEVER_FIRES"],
  ["* * *", "CRON_INVALID"],
])("the schedule %s is refused with the line that has it", (expression, code) => {
  const input = { expression, timezone: "UTC", catchUp: "last", overlap: true };
  const trigger = { ...webhook("c", "/c"), type: "onCron", input };
  const source = { file: "main.ts", line: 7, column: 1 };
  expect(() => check({ ...trigger, source })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining("main.ts:7: ") }),
  );
});
