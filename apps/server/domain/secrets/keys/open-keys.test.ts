import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFileWrapper } from "../../../platform/keys/file-wrapper.ts";
import { createKeyRing } from "../../../platform/keys/key-ring.ts";
import type { KeyWrapper } from "../../../platform/keys/key-wrapper.ts";
import { anOrganization } from "../../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { readSecret } from "../read-secret.ts";
import { setSecret } from "../set-secret.ts";
import { Vault } from "../vault.ts";
import { openKeys } from "./open-keys.ts";
import { listKeys } from "./store.ts";

const secret = { name: "stripe", credential: "default", value: { a: 1 }, updatedBy: "test" };

let database: TestDatabase;
let master: Buffer;
beforeEach(async () => {
  database = await createTestDatabase();
  master = randomBytes(32);
});
afterEach(() => database[Symbol.asyncDispose]());

test("the first start makes keys, and no server of another master key starts on them", async () => {
  const { vault, ring } = await openKeys(database, createFileWrapper(master));
  const again = await openKeys(database, createFileWrapper(master));
  expect(again.vault.keyId).toBe(vault.keyId);
  expect(again.ring.deriveKey("x")).toEqual(ring.deriveKey("x"));
  // As servers derived them before there were keys in the database.
  expect(ring.deriveKey("x")).toEqual(createKeyRing(master).deriveKey("x"));
  await expect(openKeys(database, createFileWrapper(randomBytes(32)))).rejects.toMatchObject({
    code: "MASTER_KEY_WRONG",
  });
  expect(await listKeys(database)).toHaveLength(2);
});

test("servers that start at once agree, also where each would make another master", async () => {
  const wrapper: KeyWrapper = { ...createFileWrapper(master), createMaster: () => randomBytes(32) };
  const opened = await Promise.all(Array.from({ length: 6 }, () => openKeys(database, wrapper)));
  const seen = opened.map(({ ring, vault }) => ring.deriveKey("x").toString("hex") + vault.keyId);
  expect(new Set(seen).size).toBe(1);
});

test("records of before keys were stored are read, under their own master.key only", async () => {
  const { namespace } = await anOrganization(database);
  const vault = new Vault(createKeyRing(master));
  // As the migration leaves what it found.
  await database.query(
    "insert into keys (id, use, version, current_since, finished_at) values ($1, 'records', 1, now(), now())",
    [vault.keyId],
  );
  await setSecret({ database, vault }, namespace.id, secret);
  await expect(openKeys(database, createFileWrapper(randomBytes(32)))).rejects.toMatchObject({
    code: "MASTER_KEY_WRONG",
  });
  const opened = await openKeys(database, createFileWrapper(master));
  const context = { database, vault: opened.vault };
  expect(await readSecret(context, namespace.id, secret)).toBe('{"a":1}');
});

test("keys of a file are not asked of KMS, and the message names both", async () => {
  const file = createFileWrapper(master);
  await openKeys(database, file);
  const refused = openKeys(database, { ...file, name: "kms:alias/floww" });
  await expect(refused).rejects.toThrow(/file:[0-9a-f]{16}.*kms:alias\/floww/);
  await expect(refused).rejects.toMatchObject({ code: "KEYS_ELSEWHERE" });
});

test("what protects the keys is needed at the start and never again", async () => {
  let isAway = false;
  const file = createFileWrapper(master);
  const unavailable = () => Promise.reject(new FlowwError("KEYS_UNAVAILABLE"));
  const wrapper: KeyWrapper = {
    ...file,
    wrap: (...key) => (isAway ? unavailable() : file.wrap(...key)),
    unwrap: (...key) => (isAway ? unavailable() : file.unwrap(...key)),
  };
  const { namespace } = await anOrganization(database);
  const { vault, refresh } = await openKeys(database, wrapper);
  isAway = true;
  await refresh();
  await setSecret({ database, vault }, namespace.id, secret);
  expect(await readSecret({ database, vault }, namespace.id, secret)).toBe('{"a":1}');
  await expect(openKeys(database, wrapper)).rejects.toMatchObject({ code: "KEYS_UNAVAILABLE" });
});
