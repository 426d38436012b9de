import { afterAll, beforeAll, expect, test } from "vitest";
import { createFileWrapper } from "../../platform/keys/file-wrapper.ts";
import { createKeyRing } from "../../platform/keys/key-ring.ts";
import { anOrganization, aVault, aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { openKeys } from "./keys/open-keys.ts";
import { readSecret } from "./read-secret.ts";
import { setSecret } from "./set-secret.ts";
import { readVariables, setVariable } from "./variables.ts";
import { Vault } from "./vault.ts";

let vault: Vault;
const key = { name: "stripe", credential: "default" };
const by = { updatedBy: "test" };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  vault = await aVault(database);
});
afterAll(() => database[Symbol.asyncDispose]());

test("a new value raises the version and is what is read", async () => {
  const { namespace } = await anOrganization(database);
  await setSecret({ database, vault }, namespace.id, { ...key, value: { a: 1 }, ...by });
  const second = await setSecret({ database, vault }, namespace.id, { ...key, value: { a: 2 }, ...by });
  expect(second.version).toBe(2);
  expect(await readSecret({ database, vault }, namespace.id, key)).toBe('{"a":2}');
});

test("writes at the same moment: each is kept whole or told to try again", async () => {
  const { namespace } = await anOrganization(database);
  const writes = Array.from({ length: 8 }, (_, a) =>
    setSecret({ database, vault }, namespace.id, { ...key, value: { a }, ...by }),
  );
  const settled = await Promise.allSettled(writes);
  for (const result of settled)
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFLICT_RETRY" });
  const kept = settled.filter(({ status }) => status === "fulfilled").length;
  expect(kept).toBeGreaterThan(0);
  expect(JSON.parse(await readSecret({ database, vault }, namespace.id, key))).toHaveProperty("a");
});

test("a row's ciphertext copied into another namespace's row does not open there", async () => {
  const [mine, theirs] = [await anOrganization(database), await anOrganization(database)];
  await setSecret({ database, vault }, mine.namespace.id, { ...key, value: { a: "mine" }, ...by });
  await setSecret({ database, vault }, theirs.namespace.id, { ...key, value: { a: "theirs" }, ...by });
  await database.query(
    "update secrets set sealed = (select sealed from secrets where namespace_id = $1) where namespace_id = $2",
    [mine.namespace.id, theirs.namespace.id],
  );
  await expect(readSecret({ database, vault }, theirs.namespace.id, key)).rejects.toMatchObject({
    code: "SECRET_UNREADABLE",
  });
});

test("another master key is refused at the start, and writes over nothing", async () => {
  const { namespace } = await anOrganization(database);
  await setSecret({ database, vault }, namespace.id, { ...key, value: { a: 1 }, ...by });
  const otherMaster = Buffer.alloc(32, 2);
  await expect(openKeys(database, createFileWrapper(otherMaster))).rejects.toMatchObject({
    code: "MASTER_KEY_WRONG",
  });
  const other = new Vault(createKeyRing(otherMaster));
  const write = setSecret({ database, vault: other }, namespace.id, { ...key, value: { a: 2 }, ...by });
  await expect(write).rejects.toMatchObject({ code: "SECRET_UNREADABLE" });
  expect(await readSecret({ database, vault }, namespace.id, key)).toBe('{"a":1}');
  expect((await aVault(database)).keyId).toBe(vault.keyId);
});

test("a variable is a workflow's own, and no text form of the tables shows values", async () => {
  const [one, other] = [await aWorkflow(database), await aWorkflow(database)];
  const owner = { namespaceId: one.namespaceId, workflowId: one.id };
  await setVariable({ database, vault }, owner, { name: "A", value: "canary-variable", ...by });
  await setSecret({ database, vault }, one.namespaceId, { ...key, value: { a: "canary-secret" }, ...by });
  expect(await readVariables({ database, vault }, owner)).toEqual({ A: "canary-variable" });
  const foreign = { namespaceId: other.namespaceId, workflowId: one.id };
  expect(await readVariables({ database, vault }, foreign)).toEqual({});
  const rows = await database.query(
    "select row_to_json(s)::text || encode(s.sealed, 'escape') as text from secrets s union all select row_to_json(v)::text || encode(v.sealed, 'escape') from variables v",
  );
  expect(rows.rows.length).toBeGreaterThan(1);
  expect(JSON.stringify(rows.rows)).not.toContain("canary");
});
