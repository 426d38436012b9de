import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { Database, type Queryable } from "./database.ts";
import { OwnConnection } from "./own-connection.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

const OWN_PID = "select pg_backend_pid() as pid";

async function terminate(pid: number | undefined): Promise<void> {
  await database.query("select pg_terminate_backend($1)", [pid]);
}

/** Without a listener for `error`, which `once` of node:events would add. */
function endOf(client: NodeJS.EventEmitter): Promise<unknown> {
  return new Promise((resolve) => client.once("end", resolve));
}

test("a connection that breaks between two statements fails its transaction and nothing else", async () => {
  const broken = database.transaction(async (transaction) => {
    const found = await transaction.query<{ pid: number }>(OWN_PID);
    const ended = endOf(transaction as unknown as NodeJS.EventEmitter);
    await terminate(found.rows[0]?.pid);
    await ended;
    await transaction.query("select 1");
  });
  await expect(broken).rejects.toThrow();
  expect((await database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a connection of one's own that breaks while nobody listens ends nothing", async () => {
  const client = await database.connect();
  const { rows } = await client.query<{ pid: number }>(OWN_PID);
  const ended = endOf(client);
  await terminate(rows[0]?.pid);
  await ended;
  await expect(client.query("select 1")).rejects.toThrow();
});

describe("of two that wait for each other's rows one is ended by PostgreSQL, and is done again", () => {
  beforeAll(async () => {
    await database.query("create table pairs (id integer primary key, count integer not null default 0)");
    await database.query("insert into pairs values (1), (2)");
  });

  /** Holds the second row; asks for the first as soon as somebody waits for the second. Patient, so that it is never the one. */
  async function beRival(holdsSecond: () => void): Promise<void> {
    const rival = await database.connect();
    await rival.query("set deadlock_timeout = '60s'");
    await rival.query("begin");
    await rival.query("update pairs set count = count + 1 where id = 2");
    holdsSecond();
    await expect.poll(countBlocked).toBe(1);
    await rival.query("update pairs set count = count + 1 where id = 1");
    await rival.query("commit");
    await rival.end();
  }

  async function countBlocked(): Promise<number | null> {
    const blocked = await database.query(
      "select from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0",
    );
    return blocked.rowCount;
  }

  test("a transaction, from its beginning", async () => {
    const held = Promise.withResolvers<void>();
    const rival = beRival(held.resolve);
    await held.promise;
    let turns = 0;
    await database.transaction(async (transaction) => {
      turns += 1;
      await transaction.query("update pairs set count = count + 10 where id = 1");
      await transaction.query("update pairs set count = count + 10 where id = 2");
    });
    await rival;
    // Done again, it may be quicker than its rival, who has yet to be woken, and meet it once more.
    expect(turns).toBeGreaterThan(1);
    const { rows } = await database.query("select count from pairs order by id");
    expect(rows).toEqual([{ count: 11 }, { count: 11 }]);
  });

  test.each(["the pool", "a connection of its owner's own"])("a statement of %s", async (whose) => {
    await using own = new AsyncDisposableStack();
    const connection = new OwnConnection(() => database.connect());
    own.defer(() => connection.close());
    await database.query("update pairs set count = 0");
    const held = Promise.withResolvers<void>();
    const rival = beRival(held.resolve);
    await held.promise;
    await (whose === "the pool" ? database : connection).query(
      `update pairs set count = count + 10
       from (select id from pairs where id = any($1) order by id for update) as mine where pairs.id = mine.id`,
      [[1, 2]],
    );
    await rival;
    const { rows } = await database.query("select count from pairs order by id");
    expect(rows).toEqual([{ count: 11 }, { count: 11 }]);
  });
});

test("whoever waits for a turn holds no connection that the one whose turn it is needs", async () => {
  const small = new Database({ connectionString: database.url }, { connectionsMax: 2 });
  let atOnce = 0;
  const one = (key: string) =>
    small.transactionInTurn(key, async (transaction) => {
      expect(++atOnce).toBe(1);
      await transaction.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [key]);
      await small.query("select 1");
      atOnce--;
    });
  const keys = Array.from({ length: 24 }, (_, at) => (at % 2 === 0 ? "same" : `other-${at}`));
  const failed = small.transactionInTurn("same", () => Promise.reject(new TypeError("refused")));
  await expect(failed).rejects.toThrow("refused");
  await Promise.all(keys.map(one));
  await small.close();
});

test("a transaction that does not come to its end takes its connection with it", async () => {
  await database.query("create table kept_rows (id integer primary key, name text)");
  await database.query("insert into kept_rows values (1, 'free')");
  const holder = await database.connect();
  await holder.query("begin");
  await holder.query("update kept_rows set name = 'held' where id = 1");
  const small = new Database({ connectionString: database.url }, { connectionsMax: 1, queryMsMax: 300 });
  const stuck = small.transaction((transaction) =>
    transaction.query("update kept_rows set name = 'late' where id = 1"),
  );
  await expect(stuck).rejects.toThrow("timeout");
  await holder.query("commit");
  await holder.end();
  await small.query("insert into kept_rows values (2, 'committed')");
  await small.close();
  const { rows } = await database.query("select id, name from kept_rows order by id");
  expect(rows).toEqual([
    { id: 1, name: "held" },
    { id: 2, name: "committed" },
  ]);
});

test("every session ends a transaction that stands still, and looks whether its server is still there", async () => {
  const settings = `select name, setting, source from pg_settings
    where name like 'tcp_keepalives%' or name in ('tcp_user_timeout', 'idle_in_transaction_session_timeout')`;
  const own = await database.connect();
  for (const session of [database, own] as Queryable[]) {
    const { rows } = await session.query<{ name: string; setting: string; source: string }>(settings);
    expect(rows).toHaveLength(5);
    expect(rows.map(({ source }) => source)).toEqual(rows.map(() => "session"));
    // The others are nothing over the Unix socket of this database.
    expect(rows).toContainEqual(
      expect.objectContaining({ name: "idle_in_transaction_session_timeout", setting: "60000" }),
    );
  }
  await own.end();
});
