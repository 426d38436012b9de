import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { providerTables } from "../domain/providers/sealed-tables.ts";
import { openKeys } from "../domain/secrets/keys/open-keys.ts";
import { listKeys } from "../domain/secrets/keys/store.ts";
import { readSecret } from "../domain/secrets/read-secret.ts";
import { resealTable } from "../domain/secrets/rotation/reseal-records.ts";
import { rotateKeys } from "../domain/secrets/rotation/rotate-keys.ts";
import { secretTables } from "../domain/secrets/rotation/sealed-table.ts";
import { setSecret } from "../domain/secrets/set-secret.ts";
import { removeSecret } from "../domain/secrets/store.ts";
import { readVariables, setVariable } from "../domain/secrets/variables.ts";
import type { Queryable } from "../platform/db/database.ts";
import { createFileWrapper } from "../platform/keys/file-wrapper.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../testing/test-database.ts";
import { type KeyKeeper, keepKeys } from "./keep-keys.ts";

const tables = [...secretTables, ...providerTables];
const wrapper = createFileWrapper(Buffer.alloc(32, 3));
const updatedBy = "test";

let database: TestDatabase;
let opened: AsyncDisposableStack;
let namespaceId: string;
const reported: unknown[] = [];
beforeEach(async () => {
  database = await createTestDatabase();
  opened = new AsyncDisposableStack();
  opened.defer(() => database[Symbol.asyncDispose]());
  namespaceId = (await anOrganization(database)).namespace.id;
  reported.length = 0;
});
afterEach(() => opened.disposeAsync());

/** As far as keys are concerned. */
async function aServer(): Promise<KeyKeeper> {
  const serverId = newUuid();
  const report = (error: unknown) => void reported.push(error);
  const keeper = await keepKeys({ database, serverId, keys: await openKeys(database, wrapper), report });
  opened.defer(() => keeper.stop());
  await database.query("insert into servers (id, lease_until) values ($1, now() + interval '1 hour')", [
    serverId,
  ]);
  await keeper.follow();
  return keeper;
}

const rotate = async (options: { waitMs?: number; signal?: AbortSignal } = {}) =>
  rotateKeys({ database, wrapper, keys: await openKeys(database, wrapper), tables, ...options });

async function keyIdsOfRecords(): Promise<string[]> {
  const found = await database.query<{ id: string }>(
    tables.map(({ name }) => `select key_id as id from ${name}`).join(" union "),
  );
  return found.rows.map(({ id }) => id);
}

const nameOf = (index: number) => ({ name: `secret-${index}`, credential: "default" });

async function setMany({ vault }: KeyKeeper, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    await setSecret({ database, vault }, namespaceId, { ...nameOf(index), value: { index }, updatedBy });
}

async function expectAllReadable({ vault }: KeyKeeper, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    expect(await readSecret({ database, vault }, namespaceId, nameOf(index))).toBe(JSON.stringify({ index }));
}

test("every kind of record is encrypted again, and the old key is gone everywhere", async () => {
  const server = await aServer();
  const before = server.vault.keyId;
  const workflow = await aWorkflow(database, { namespaceId });
  const owner = { namespaceId, workflowId: workflow.id };
  await setMany(server, 250);
  await setVariable({ database, vault: server.vault }, owner, { name: "A", value: "b", updatedBy });
  const [provider, registration] = [newUuid(), newUuid()];
  const sealed = (kind: "provider" | "registration", recordId: string) =>
    server.vault.seal({ kind, namespaceId, recordId, version: 1 }, Buffer.from(kind)).sealed;
  await database.query(
    `insert into providers (id, namespace_id, type, alias, key, settings, secret_fields, version, key_id, sealed, account, updated_by)
     values ($1, $2, 'github', 'default', 'prv_1', '{}', '{}', 1, $3, $4, 'octo', 'test')`,
    [provider, namespaceId, before, sealed("provider", provider)],
  );
  await database.query(
    `insert into registrations (id, namespace_id, provider_id, target, events, key_id, sealed)
     values ($1, $2, $3, 'octo/hello', '{push}', $4, $5)`,
    [registration, namespaceId, provider, before, sealed("registration", registration)],
  );
  expect(await rotate()).toEqual({
    version: 2,
    isContinued: false,
    records: 253,
    unreadable: [],
    removed: [1],
  });
  await server.follow();
  expect(await keyIdsOfRecords()).toEqual([server.vault.keyId]);
  await expectAllReadable(server, 250);
  expect(await readVariables({ database, vault: server.vault }, owner)).toEqual({ A: "b" });
  for (const [kind, id, table] of [
    ["provider", provider, "providers"],
    ["registration", registration, "registrations"],
  ] as const) {
    const { rows } = await database.query<{ keyId: string; sealed: Buffer }>(
      `select key_id as "keyId", sealed from ${table}`,
    );
    const name = { kind, namespaceId, recordId: id, version: 1 };
    expect(server.vault.open(name, rows[0]!).toString()).toBe(kind);
  }
  // Signatures and links stay what they were.
  const again = await aServer();
  expect(again.ring.deriveKey("wait-links")).toEqual(server.ring.deriveKey("wait-links"));
});

test("under load of several servers no value is lost, and none names the old key", async () => {
  const servers = await Promise.all([aServer(), aServer(), aServer()]);
  const before = servers[0]!.vault.keyId;
  const COUNT = 60;
  await setMany(servers[0]!, COUNT);
  const expected = new Map(Array.from({ length: COUNT }, (_, index) => [index, index]));
  let isOver = false;
  const conflicts = { count: 0 };
  let operations = 0;
  // Each has secrets of its own to write, and reads everybody's.
  const load = servers.map(async ({ vault }, turn) => {
    const context = { database, vault };
    for (let round = 0; !isOver; round++) {
      const index = (round * servers.length + turn) % COUNT;
      const key = nameOf(index);
      operations++;
      try {
        if (round % 7 === 3) {
          await removeSecret(database, namespaceId, key);
          expected.delete(index);
        } else {
          await setSecret(context, namespaceId, { ...key, value: { index, round }, updatedBy });
          expected.set(index, round);
          const read = JSON.parse(await readSecret(context, namespaceId, key)) as { round: number };
          expect(read.round).toBe(round);
        }
      } catch (error) {
        if ((error as { code?: unknown }).code !== "CONFLICT_RETRY") throw error;
        conflicts.count++;
      }
    }
  });
  const rotations = [];
  for (let times = 0; times < 4; times++) rotations.push(await rotate());
  isOver = true;
  await Promise.all(load);
  expect(operations).toBeGreaterThan(100);
  // Written between the last pass and now, by whoever was told last.
  const last = await rotate();
  expect(last).toMatchObject({ version: 6, unreadable: [] });
  expect(rotations.map(({ version }) => version)).toEqual([2, 3, 4, 5]);
  const reader = await aServer();
  for (const [index, round] of expected) {
    const read = JSON.parse(await readSecret({ database, vault: reader.vault }, namespaceId, nameOf(index)));
    // Secrets from before the load have no round.
    expect(read).toEqual("round" in read ? { index, round } : { index });
  }
  const { rows } = await database.query<{ count: number }>("select count(*)::integer as count from secrets");
  expect(rows[0]!.count).toBe(expected.size);
  expect(await keyIdsOfRecords()).toEqual([reader.vault.keyId]);
  expect(reader.vault.keyId).not.toBe(before);
  expect((await listKeys(database)).map(({ use, version }) => [use, version])).toEqual([
    ["master", 1],
    ["records", 6],
  ]);
  expect(reported).toEqual([]);
});

test("two at once take turns", async () => {
  const server = await aServer();
  await setMany(server, 20);
  const both = await Promise.all([rotate(), rotate()]);
  expect(both.map(({ version, removed }) => [version, removed]).sort()).toEqual([
    [2, [1]],
    [3, [2]],
  ]);
  await server.follow();
  await expectAllReadable(server, 20);
});

test("a server that does not take up a key keeps it from being used, and rotating again goes on with it", async () => {
  const server = await aServer();
  await setMany(server, 3);
  const before = server.vault.keyId;
  const deaf = newUuid();
  await database.query("insert into servers (id, lease_until) values ($1, now() + interval '1 hour')", [
    deaf,
  ]);
  await expect(rotate({ waitMs: 100 })).rejects.toMatchObject({ code: "KEY_NOT_TAKEN_UP" });
  await expect(rotate({ waitMs: 100 })).rejects.toThrow(/Key 2 .*srv_/);
  expect(await keyIdsOfRecords()).toEqual([before]);
  await database.query("delete from servers where id = $1", [deaf]);
  expect(await rotate()).toMatchObject({ version: 2, isContinued: true, records: 3, removed: [1] });
  await server.follow();
  await expectAllReadable(server, 3);
});

test("what was stopped between two batches goes on with the same key", async () => {
  const server = await aServer();
  await setMany(server, 350);
  const stop = AbortSignal.abort(new RangeError("stopped"));
  await expect(rotate({ signal: stop })).rejects.toThrow("stopped");
  // Both keys are needed, and both are there, also for a server that starts now.
  expect(await keyIdsOfRecords()).toHaveLength(2);
  await expectAllReadable(server, 350);
  await expectAllReadable(await aServer(), 350);
  expect(await rotate()).toMatchObject({ version: 2, isContinued: true, records: 250, removed: [1] });
  await server.follow();
  await expectAllReadable(server, 350);
});

test("a write that was sealed before the key went is refused and lost to nobody", async () => {
  const server = await aServer();
  const late = await openKeys(database, wrapper);
  await setMany(server, 1);
  await rotate();
  // A server that is cut off, and does not know it yet.
  const write = setSecret({ database, vault: late.vault }, namespaceId, {
    ...nameOf(7),
    value: { index: 7 },
    updatedBy,
  });
  await expect(write).rejects.toMatchObject({ code: "CONFLICT_RETRY" });
  await late.refresh();
  await setSecret({ database, vault: late.vault }, namespaceId, {
    ...nameOf(7),
    value: { index: 7 },
    updatedBy,
  });
});

test("a record that does not open is named, and keeps its key from being removed", async () => {
  const server = await aServer();
  await setMany(server, 2);
  await database.query("update secrets set sealed = $1 where name = 'secret-1'", [randomBytes(40)]);
  const { rows } = await database.query<{ id: string }>("select id from secrets where name = 'secret-1'");
  const unreadable = [`secrets ${rows[0]!.id}`];
  expect(await rotate()).toMatchObject({ version: 2, records: 1, unreadable, removed: [] });
  expect(await rotate()).toMatchObject({ version: 3, records: 1, unreadable, removed: [2] });
});

test("a value that is set while its record is encrypted again is not written over", async () => {
  const server = await aServer();
  await setMany(server, 1);
  let write: Promise<unknown> | undefined;
  /** Between the reading of a batch and its being written, somebody sets the value. */
  const interrupted = Object.assign(Object.create(database) as TestDatabase, {
    transaction: <T>(work: (transaction: Queryable) => Promise<T>) =>
      database.transaction((transaction) =>
        work({
          query: async (text, values) => {
            if (text.trimStart().startsWith("update secrets")) {
              const value = { index: 1_000 };
              write = setSecret({ database, vault: server.vault }, namespaceId, {
                ...nameOf(0),
                value,
                updatedBy,
              });
              await settledOrWaiting(write);
            }
            return transaction.query(text, values);
          },
        }),
      ),
  });
  const { vault } = await openKeys(database, wrapper);
  vault.writeWith(vault.add({ deriveKey: () => Buffer.alloc(32, 9) }));
  await database.query(
    "insert into keys (id, use, version, current_since) values ($1, 'records', 2, now())",
    [vault.keyId],
  );
  await resealTable({ database: interrupted, vault }, secretTables[0]!);
  await write;
  const context = { database, vault };
  expect(await readSecret(context, namespaceId, nameOf(0))).toBe('{"index":1000}');
});

async function settledOrWaiting(write: Promise<unknown>): Promise<void> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  write.then(settle, settle);
  while (!isSettled) {
    const found = await database.query<{ count: number }>(
      `select count(*)::integer as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (found.rows[0]!.count > 0) return;
  }
}
