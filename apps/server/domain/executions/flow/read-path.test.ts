import type { WebhookEventHead } from "@floww/contract/abi";
import { limits } from "@floww/contract/limits";
import { expect, test } from "vitest";
import { readPath } from "./read-path.ts";

function anEvent(body: string, over: Partial<WebhookEventHead> = {}) {
  const head: WebhookEventHead = {
    type: "webhook",
    method: "POST",
    path: "/",
    query: "id=1&id=2",
    params: { order: "7" },
    headers: [
      ["x-tenant", "a"],
      ["x-tenant", "b"],
    ],
    receivedAt: new Date(0).toISOString(),
    ...over,
  };
  return { head, body: Buffer.from(body) };
}

test("a path leads to what an event has there", () => {
  const event = anEvent('{"a":{"b":[{"c":5}],"none":null}}');
  expect(readPath(event, "body.a.b.0.c")).toBe(5);
  expect(readPath(event, "body.a.none")).toBe(null);
  expect(readPath(event, "headers.X-Tenant")).toBe("a, b");
  expect(readPath(event, "query.id")).toBe("2");
  expect(readPath(event, "params.order")).toBe("7");
  expect(readPath(anEvent("[1]"), "body")).toEqual([1]);
});

test("a form's fields are its body", () => {
  const headers: [string, string][] = [["content-type", "application/x-www-form-urlencoded; charset=utf-8"]];
  expect(readPath(anEvent("user_id=U1&text=a+b", { headers }), "body.text")).toBe("a b");
});

test.each([
  ["what every object has", '{"a":1}', "body.toString"],
  ["a prototype", '{"a":1}', "body.__proto__.constructor"],
  ["a list's length", "[1]", "body.length"],
  ["a text's letters", '{"a":"text"}', "body.a.0"],
  ["more than there is", '{"a":1}', "body.a.b.c"],
  ["a body that is no JSON", "{", "body.a"],
  ["a body too big to be parsed on the way in", `"${"x".repeat(limits.inlineBytesMax)}"`, "body"],
  ["a parameter named like a method", "{}", "params.toString"],
])("a path does not lead to %s", (_what, body, path) => {
  expect(readPath(anEvent(body), path)).toBeUndefined();
});

test("a key called __proto__ is a key", () => {
  expect(readPath(anEvent('{"__proto__":{"x":1}}'), "body.__proto__.x")).toBe(1);
});
