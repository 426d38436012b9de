import type { Manifest } from "@floww/contract/manifest";
import type { RuntimeTarget } from "@floww/executor/host";
import { expect, test } from "vitest";
import { proveBundle } from "./prove-bundle.ts";

const target = {} as RuntimeTarget;
const trigger = (path: string, file: string): Manifest["triggers"][number] => ({
  handlerId: `builtin.onWebhook:POST ${path}`,
  provider: { type: "builtin", alias: "default" },
  type: "onWebhook",
  key: `POST ${path}`,
  input: { method: "POST", path },
  source: { file, line: 1, column: 1 },
});
const manifestOf = (...triggers: Manifest["triggers"]): Manifest => ({
  ...{ abi: 1, triggers, providers: [], secrets: [], warnings: [] },
});
const proving = (found: unknown) => ({ prove: () => Promise.resolve(found as Manifest) });

test("what the runtime declares is kept, wherever its files lie", async () => {
  const there = manifestOf(trigger("/a", "main.ts"));
  const here = manifestOf(trigger("/a", "/bundle/main.ts"));
  expect(await proveBundle(proving(here), target, there)).toEqual(here);
});

test("code that declares something else there than on the author's machine is refused, with both", async () => {
  const there = manifestOf(trigger("/a", "main.ts"));
  for (const here of [manifestOf(trigger("/b", "main.ts")), manifestOf()])
    await expect(proveBundle(proving(here), target, there)).rejects.toMatchObject({
      code: "MANIFEST_MISMATCH",
      details: { here: here.triggers.map(({ source: _, ...rest }) => rest) },
    });
  const secret = { name: "shop", credential: "token" };
  await expect(proveBundle(proving({ ...there, secrets: [secret] }), target, there)).rejects.toMatchObject({
    code: "MANIFEST_MISMATCH",
    message: expect.stringContaining("secrets"),
  });
});

test("what is no manifest is refused, and is user code's to say", async () => {
  for (const found of [{}, { ...manifestOf(), abi: 2 }, null])
    await expect(proveBundle(proving(found), target, manifestOf())).rejects.toMatchObject({
      code: "MANIFEST_INVALID",
    });
});
