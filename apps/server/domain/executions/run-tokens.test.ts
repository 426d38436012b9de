import { expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { createRunTokens } from "./run-tokens.ts";

const tokens = createRunTokens({ deriveKey: () => Buffer.alloc(32, 7) });
const run = {
  id: newUuid(),
  owner: newUuid(),
  namespaceId: newUuid(),
  workflowId: newUuid(),
  deploymentId: newUuid(),
  epoch: 4_000_000_000,
};

test("a token says which start of which run it is, to whoever has the key", () => {
  expect(tokens.read(tokens.create(run))).toEqual(run);
});

test("one of another key, or with any bit of it turned, is nobody's", () => {
  const token = tokens.create(run);
  const others = createRunTokens({ deriveKey: () => Buffer.alloc(32, 8) });
  expect(others.read(token)).toBeUndefined();
  const prefix = "floww_run_";
  const bytes = Buffer.from(token.slice(prefix.length), "base64url");
  for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
    const turned = Buffer.from(bytes);
    turned[bit >> 3]! ^= 1 << (bit & 7);
    expect(tokens.read(prefix + turned.toString("base64url"))).toBeUndefined();
  }
});

test.each(["", "floww_run_", "floww_run_x", "floww_at_abc", `floww_run_${"a".repeat(500)}`])(
  "what is no token is nobody's: %j",
  (text) => expect(tokens.read(text)).toBeUndefined(),
);
