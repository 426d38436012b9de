import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSourceFiles } from "../source-files.ts";
import { checkArrows } from "./arrows.ts";

/** Writes the tree, checks it, and answers `file:line rule` for each violation. */
async function check(tree: Readonly<Record<string, string>>): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), "floww-arrows-"));
  onTestFinished(() => rm(root, { recursive: true }));
  const manifest = JSON.stringify({
    name: "@floww/contract",
    exports: { "./ids": "./ids.ts", "./x/*": "./x/*.ts" },
  });
  const files = { "packages/contract/package.json": manifest, "apps/server/package.json": "{}", ...tree };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const violations = await checkArrows(root, await readSourceFiles(root));
  return violations.map(({ file, line, rule }) => `${file}:${line} ${rule}`);
}

const SERVER = "apps/server";
const DOMAIN = `${SERVER}/domain`;
const EMPTY = "export {};";

const planted: readonly [rule: string, path: string, text: string, ...others: string[]][] = [
  ["layer", "packages/contract/a.ts", 'import type { b } from "../sdk/b.ts";', "packages/sdk/b.ts"],
  ["layer", "packages/executor/a.ts", 'export * from "../providers/b.ts";', "packages/providers/b.ts"],
  ["layer", "packages/floww/a.ts", 'await import("../../apps/cli/b.ts");', "apps/cli/b.ts"],
  ["layer", "apps/cli/a.ts", 'type B = import("../server/server.ts").B;', `${SERVER}/server.ts`],
  ["area", `${DOMAIN}/kv/a.ts`, 'import { b } from "../../http/b.ts";', `${SERVER}/http/b.ts`],
  ["area", `${SERVER}/platform/a.ts`, 'import { b } from "../domain/kv/b.ts";', `${DOMAIN}/kv/b.ts`],
  ["area", `${SERVER}/http/a.ts`, 'import { b } from "../config/b.ts";', `${SERVER}/config/b.ts`],
  ["area", `${SERVER}/jobs/a.ts`, 'import { b } from "../testing/b.ts";', `${SERVER}/testing/b.ts`],
  ["room-order", `${DOMAIN}/kv/a.ts`, 'import { b } from "../journal/b.ts";', `${DOMAIN}/journal/b.ts`],
  ["unknown-room", `${DOMAIN}/cake/a.ts`, EMPTY],
  ["unknown-room", `${SERVER}/cake/a.ts`, EMPTY],
  ["unknown-room", "packages/cake/a.ts", EMPTY],
  ["unknown-room", "cake/a.ts", EMPTY],
  [
    "isolated",
    "apps/dashboard/features/a/a.ts",
    'import { b } from "../b/b.ts";',
    "apps/dashboard/features/b/b.ts",
  ],
  ["effect-import", "apps/cli/a.ts", 'import "zod";'],
  ["client", `${DOMAIN}/kv/a.ts`, 'import type { Pool } from "pg";'],
  ["client", `${SERVER}/http/a.ts`, 'import { S3 } from "@aws-sdk/client-s3";'],
  ["client", `${SERVER}/http/a.ts`, 'import { WorkOS } from "@workos-inc/node";'],
  ["client", `${SERVER}/platform/a.ts`, 'import { b } from "better-auth/plugins";'],
  ["leaf", "packages/contract/a.ts", 'import { b } from "node:crypto";'],
  ["user-code", "packages/sdk/a.ts", 'import { b } from "node:fs";'],
  ["user-code", "packages/providers/github/index.ts", 'import { b } from "node:fs";'],
  [
    "server-half",
    "packages/providers/x/index.ts",
    'import { b } from "./server.ts";',
    "packages/providers/x/server.ts",
  ],
  ["never-loads", "packages/executor/a.ts", 'import type { z } from "zod";'],
  ["environment", `${SERVER}/http/a.ts`, "export const a = process.env.A;"],
  ["environment", "packages/sdk/a.ts", "const { env } = globalThis.process;"],
  ["environment", "apps/cli/a.ts", 'import { env } from "node:process";'],
  ["exit", "apps/cli/a.ts", 'process["exit"](1);'],
];

test.each(planted)("a planted violation is reported: %s in %s: %s", async (rule, path, text, ...others) => {
  const tree = Object.fromEntries(others.map((other) => [other, EMPTY]));
  expect(await check({ ...tree, [path]: `// the first line is a comment\n${text}` })).toEqual([
    `${path}:${rule === "unknown-room" ? 1 : 2} ${rule}`,
  ]);
});

test("a cycle is reported once, type-only imports included", async () => {
  const tree = {
    "apps/cli/a.ts": 'import { b } from "./b.ts";',
    "apps/cli/b.ts": 'import type { c } from "./c.ts";',
    "apps/cli/c.ts": 'export * from "./a.ts";',
  };
  expect(await check(tree)).toEqual(["apps/cli/a.ts:1 cycle"]);
});

test("the executor is told when the contract loads zod for it, and may use the contract's types", async () => {
  const contract = {
    "packages/contract/ids.ts": 'export { id } from "./schemas.ts";',
    "packages/contract/schemas.ts": 'import { z } from "zod";',
    "packages/contract/x/limits.ts": 'import type { z } from "zod";',
  };
  const executor = "packages/executor/a.ts";
  expect(await check({ ...contract, [executor]: 'import { id } from "@floww/contract/ids";' })).toEqual([
    `${executor}:1 never-loads`,
  ]);
  const erased =
    'import type { Id } from "@floww/contract/ids";\nimport { bodyBytesMax } from "@floww/contract/x/limits";';
  expect(await check({ ...contract, [executor]: erased })).toEqual([]);
});

test("what is allowed is not reported", async () => {
  const tree = {
    [`${SERVER}/main.ts`]: 'import { run } from "./run.ts";\nprocess.exit(1);',
    [`${SERVER}/run.ts`]: 'import { server } from "./server.ts";',
    [`${SERVER}/server.ts`]: 'import { a } from "./http/a.ts";\nimport { env } from "./config/env.ts";',
    [`${SERVER}/config/env.ts`]: "export const env = process.env;",
    [`${SERVER}/http/a.ts`]: 'import { put } from "../domain/journal/put.ts";',
    [`${DOMAIN}/journal/put.ts`]: 'import { get } from "../kv/get.ts";',
    [`${DOMAIN}/journal/put.test.ts`]:
      'import { context } from "../../testing/context.ts";\nprocess.env.A = "1";',
    [`${DOMAIN}/kv/get.ts`]: 'import { pool } from "../../platform/db/pool.ts";',
    [`${DOMAIN}/identity/sign-in.ts`]: 'import { betterAuth } from "better-auth";',
    [`${SERVER}/platform/db/pool.ts`]: 'import pg from "pg";\nimport { id } from "@floww/contract/ids";',
    [`${SERVER}/testing/context.ts`]: 'import { put } from "../domain/journal/put.ts";',
    "packages/contract/ids.ts": 'import { z } from "zod";',
    "packages/contract/ids.test.ts": 'import { test } from "vitest";\nimport { readFile } from "node:fs";',
    "packages/sdk/a.ts": 'import { AsyncLocalStorage } from "node:async_hooks";',
    "packages/providers/x/server.ts": 'import { createHmac } from "node:crypto";',
    "apps/dashboard/main.tsx": 'import "./main.css";',
    "apps/cli/a.ts":
      'export const a = `import "zod"`; // import "pg"; process.exit(1)\nconst o = { process: { env: 1 } };',
  };
  expect(await check(tree)).toEqual([]);
});
