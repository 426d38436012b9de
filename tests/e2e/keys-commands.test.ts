import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HomeDatabase, startDatabaseClient } from "./home-database.ts";
import { runOperator } from "./operator-command.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const SECRETS = 500;

let server: TestServer;
let database: HomeDatabase;
let client: Client;
let params: { namespaceId: string };
beforeAll(async () => {
  server = await startTestServer({ hasOwnPostgres: true });
  database = await server.openDatabase();
  const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
  client = createClient({ serverUrl: server.url, token });
  params = { namespaceId: (await client.whoAmI({})).namespaces[0]!.id };
  for (let index = 0; index < SECRETS; index++) await set(index, 0);
}, 120_000);
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const set = (index: number, round: number) =>
  client.setSecret({ params, body: { name: `s${index}`, value: { round } } });

/** How many records are under the newest key, and how many under others. */
async function split(): Promise<{ newest: number; others: number }> {
  const [counted] = await database.query<{ newest: number; others: number }>(
    `select count(*) filter (where key_id = newest.id)::integer as newest,
       count(*) filter (where key_id <> newest.id)::integer as others
     from secrets, (select id from keys where use = 'records' order by version desc limit 1) as newest`,
  );
  return counted!;
}

test("a rotation that is killed between two batches goes on when it is asked for again, beside a server that is used", async () => {
  let isOver = false;
  const load = (async () => {
    for (let round = 1; !isOver; round++) await set(round % SECRETS, round);
  })();
  // Killed too late it was whole: then another one is begun.
  for (let isKilled = false; !isKilled; ) {
    const rotation = runOperator(server.home, ["keys", "rotate"]);
    const ended = rotation.output.then(
      () => true,
      () => true,
    );
    for (let isEnded = false; !isEnded; ) {
      const { newest, others } = await split();
      const isBetween = newest > 0 && newest + others === SECRETS && others > 100;
      const [versions] = await database.query<{ count: number }>(
        "select count(*)::integer as count from keys where use = 'records'",
      );
      if (isBetween && versions!.count === 2) {
        rotation.process.kill("SIGKILL");
        isKilled = true;
        break;
      }
      isEnded = await Promise.race([ended, Promise.resolve(false)]);
    }
    await ended;
  }
  expect((await split()).others).toBeGreaterThan(0);
  const said = await runOperator(server.home, ["keys", "rotate"]).output;
  expect(said).toMatch(/An earlier rotation to key \d+ went on/);
  isOver = true;
  await load;
  expect(await split()).toEqual({ newest: SECRETS, others: 0 });
  expect(await database.query("select id from keys where use = 'records'")).toHaveLength(1);
  const listed = await runOperator(server.home, ["keys", "list"]).output;
  expect(listed).toMatch(/^master 1 {2}master {2}\S+ {2}file:[0-9a-f]{16}\nrecords \d+ .* current\n$/);
});

test("without a server, and after it, everything is there", async () => {
  await database[Symbol.asyncDispose]();
  server.process.kill("SIGINT");
  await server.closed;
  expect(await runOperator(server.home, ["keys", "rotate"]).output).toMatch(
    new RegExp(`Records are encrypted under key \\d+: ${SECRETS} were encrypted again.\nRemoved: key \\d+.`),
  );
  await expect(runOperator(server.home, ["keys", "rotat"]).output).rejects.toThrow(
    /no such command|no command/,
  );
  await expect(runOperator(join(server.home, "nowhere"), ["keys", "list"]).output).rejects.toThrow(
    /There is no database in/,
  );
  const { home } = server;
  server = await startTestServer({ home });
  database = await startDatabaseClient(home);
  client = createClient({
    serverUrl: server.url,
    token: (await readFile(join(home, "owner.token"), "utf8")).trim(),
  });
  // A new value needs the old one to be readable.
  for (let index = 0; index < SECRETS; index += 50) await set(index, 1_000);
  expect(await split()).toEqual({ newest: SECRETS, others: 0 });
});
