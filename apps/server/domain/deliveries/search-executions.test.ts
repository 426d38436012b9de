import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import type { Workflow } from "../workflows/store.ts";
import { searchExecutions } from "./search-executions.ts";

let database: TestDatabase;
let workflow: Workflow;
const triggerId = newUuid();
beforeAll(async () => {
  database = await createTestDatabase();
  workflow = await aWorkflow(database);
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onManual', 'manual', '{}')`,
    [triggerId, workflow.namespaceId, workflow.id],
  );
});
afterAll(() => database[Symbol.asyncDispose]());

interface Content {
  event?: Buffer | string;
  input?: Buffer | string;
  output?: Buffer | string;
  error?: string;
  log?: Buffer | string;
  head?: string;
  body?: string;
}

let atMs = Date.now();

async function aRun({ event, input, output, error, log, head, body }: Content): Promise<string> {
  const id = newUuid(atMs++);
  const bytes = (value: Buffer | string | undefined) => (value === undefined ? null : Buffer.from(value));
  const deliveryId = head === undefined && body === undefined ? null : newUuid(atMs);
  if (deliveryId !== null)
    await database.query(
      `insert into deliveries (id, namespace_id, workflow_id, verdict, head, body, remote_address) values ($1, $2, $3, 1, $4, $5, '')`,
      [deliveryId, workflow.namespaceId, workflow.id, bytes(head ?? "{}"), bytes(body)],
    );
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, delivery_id, origin, mode, state, event, input, output, error)
     values ($1, $2, $3, $4, $5, 1, 1, 10, $6, $7, $8, $9)`,
    [
      id,
      workflow.namespaceId,
      workflow.id,
      triggerId,
      deliveryId,
      ...[event ?? (deliveryId === null ? "{}" : undefined), input, output, error].map(bytes),
    ],
  );
  if (log !== undefined)
    await database.query(
      "insert into execution_logs (execution_id, attempt, sequence, level, logged_at, text) values ($1, 1, 1, 20, now(), $2)",
      [id, bytes(log)],
    );
  return id;
}

type Options = Partial<Parameters<typeof searchExecutions>[2]>;

const search = async (text: string, options: Options = {}) => {
  const filter = { namespaceId: workflow.namespaceId };
  const page = { text, beforeId: undefined, limit: 50, ...options };
  const found = await searchExecutions(database, filter, page);
  return { ...found, ids: found.rows.map(({ id }) => id) };
};

describe("a text is found", () => {
  test("wherever it stands in an execution, letter case left aside", async () => {
    const all = [
      await aRun({ event: '{"a":"Zaphod"}' }),
      await aRun({ input: "zaphod" }),
      await aRun({ output: "<ZAPHOD>" }),
      await aRun({ error: '{"code":"UNCAUGHT_ERROR","name":"Error","message":"no zaphoD"}' }),
      await aRun({ log: "\u001b[31mzaphod" }),
      await aRun({ head: '{"path":"/zaphod"}' }),
      await aRun({ body: "x=zaphod" }),
    ];
    await aRun({ input: "zapho", output: "d" });
    expect((await search("zaPhod")).ids).toEqual(all.reverse());
  });

  test("in bytes that are no text, and a piece of how they are written is not", async () => {
    const id = await aRun({ input: Buffer.from([0, 0xff, 0x5c, ...Buffer.from("needle"), 0xc3, 0]) });
    expect((await search("needle")).ids).toEqual([id]);
    expect((await search("\\Needle")).ids).toEqual([id]);
    // In PostgreSQL's escaped form it is \000\377\\needle\303\000.
    for (const digits of ["303", "377", "00", "77\\"]) expect((await search(digits)).ids).not.toContain(id);
  });

  test("as a person types it, where JSON writes it otherwise", async () => {
    const id = await aRun({ output: JSON.stringify({ said: 'the "Heart"\nof Gold: Ü' }) });
    for (const text of ['"heart"', "\nof", "Ü"]) expect((await search(text)).ids).toEqual([id]);
    for (const text of ["%", "_of", ".*eart", "ü"]) expect((await search(text)).ids).not.toContain(id);
  });

  test("page by page among the newest, and it is said how many were looked through", async () => {
    const ids: string[] = [];
    for (let count = 0; count < 30; count++)
      ids.unshift(await aRun({ input: count % 3 === 0 ? "marvin" : "x" }));
    const hits = ids.filter((_, index) => index % 3 === 2);
    const first = await search("marvin", { limit: 4, searchedMax: 20 });
    expect([first.ids, first.searched]).toEqual([hits.slice(0, 4), { count: 12, isAll: false }]);
    const second = await search("marvin", { limit: 4, searchedMax: 20, beforeId: first.nextId });
    expect([second.ids, second.nextId, second.searched]).toEqual([
      hits.slice(4, 6),
      undefined,
      { count: 20, isAll: false },
    ]);
    const none = await search("nowhere to be found");
    expect([none.ids, none.nextId, none.searched.isAll]).toEqual([[], undefined, true]);
  });

  test("as far as the time goes, and the next page goes on from there", async () => {
    for (let count = 0; count < 150; count++) await aRun({ input: "x" });
    const first = await search("zaphod", { searchMsMax: 0 });
    expect([first.ids, first.searched]).toEqual([[], { count: 100, isAll: false }]);
    expect((await search("zaphod", { beforeId: first.nextId })).ids).toHaveLength(7);
  });

  test("in no other namespace", async () => {
    const filter = { namespaceId: newUuid() };
    const found = await searchExecutions(database, filter, { text: "zaphod", beforeId: undefined, limit: 5 });
    expect(found).toEqual({ rows: [], nextId: undefined, searched: { count: 0, isAll: true } });
  });
});
