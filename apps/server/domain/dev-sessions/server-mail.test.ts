import { FlowwError } from "@floww/contract/errors";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { forgetLetters, type Letter, ServerMail } from "./server-mail.ts";

let database: TestDatabase;
let opened: AsyncDisposableStack;
beforeEach(async () => {
  opened = new AsyncDisposableStack();
  database = opened.use(await createTestDatabase());
});
afterEach(() => opened.disposeAsync());

const reported: unknown[] = [];
const NO_BYTES = Buffer.alloc(0);
const echo = async (letter: Letter) => letter;

async function lease(serverId: string, until: string): Promise<void> {
  await database.query(
    `insert into servers (id, lease_until) values ($1, now() + $2::interval)
     on conflict (id) do update set lease_until = excluded.lease_until`,
    [serverId, until],
  );
}

/** A server that lives and replies; without `receive`, one that has never begun to. */
async function aServer(receive?: (letter: Letter) => Promise<Letter>): Promise<ServerMail> {
  const mail = new ServerMail({ database, serverId: newUuid(), report: (error) => reported.push(error) });
  await lease(mail.serverId, "1 hour");
  if (receive !== undefined) await mail.open(receive);
  opened.defer(() => mail.close());
  return mail;
}

async function letters(): Promise<number> {
  const counted = await database.query<{ count: number }>(
    "select count(*)::integer as count from server_letters",
  );
  return counted.rows[0]!.count;
}

test("a letter comes back as its reply, with any bytes and any text, and nothing of it stays", async () => {
  const [one, two] = [await aServer(echo), await aServer(echo)];
  const bytes = Buffer.from(Array.from({ length: 1024 }, (_, at) => at % 256));
  const letter = {
    head: { text: "\u0000 ü \ud83d", list: [1, null] },
    body: Buffer.concat(Array(4096).fill(bytes)),
  };
  const reply = await one.ask(two.serverId, letter);
  expect(reply.head).toEqual(letter.head);
  expect(reply.body.equals(letter.body)).toBe(true);
  expect(await letters()).toBe(0);
});

test("each of a thousand that are asked at once gets its own reply", async () => {
  const [one, two] = [await aServer(echo), await aServer(echo)];
  const asked = Array.from({ length: 1_000 }, (_, head) => head);
  const replies = await Promise.all(
    asked.map((head) =>
      (head % 2 === 0 ? one : two).ask((head % 2 === 0 ? two : one).serverId, { head, body: NO_BYTES }),
    ),
  );
  expect(replies.map(({ head }) => head)).toEqual(asked);
});

test("what the other refuses is refused with its words; what it fails at is reported there and told nobody", async () => {
  const refusal = new FlowwError("VALUE_TOO_LARGE", "Too much.", { fix: "Less.", details: { max: 1 } });
  const failure = new TypeError("a secret");
  const two = await aServer(async ({ head }) => {
    throw head === "refuse" ? refusal : failure;
  });
  const one = await aServer(echo);
  const refused = one.ask(two.serverId, { head: "refuse", body: NO_BYTES });
  await expect(refused).rejects.toMatchObject({
    code: "VALUE_TOO_LARGE",
    message: "Too much.",
    fix: "Less.",
    details: { max: 1 },
  });
  const failed = one.ask(two.serverId, { head: "fail", body: NO_BYTES });
  await expect(failed).rejects.toMatchObject({
    code: "INTERNAL",
    message: expect.not.stringContaining("secret"),
  });
  expect(reported).toEqual([failure]);
});

test("one that ends before it replies is not waited for; nor is one that never does for longer than was said", async () => {
  const [one, silent] = [await aServer(echo), await aServer()];
  const slow = one.ask(silent.serverId, { head: 1, body: NO_BYTES }, { waitMs: 200 });
  await expect(slow).rejects.toMatchObject({ code: "INTERRUPTED" });
  const lost = one.ask(silent.serverId, { head: 2, body: NO_BYTES });
  await lease(silent.serverId, "-1 second");
  await expect(lost).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("what is sent while a server does not hear is replied to when it hears again", async () => {
  const [one, two] = [await aServer(echo), await aServer(echo)];
  await database.query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %'");
  const reply = await one.ask(two.serverId, { head: "once more", body: NO_BYTES });
  expect(reply.head).toBe("once more");
});

test("others are asked without those that say nothing holding up more than was said", async () => {
  const heard: string[] = [];
  const hear = (name: string) => async (letter: Letter) => {
    heard.push(name);
    return letter;
  };
  const one = await aServer(hear("one"));
  await aServer(hear("two"));
  await aServer(hear("three"));
  const silent = await aServer();
  await one.askOthers({ head: "all", body: NO_BYTES }, { waitMs: 1_000 });
  expect(heard.sort()).toEqual(["three", "two"]);
  await lease(silent.serverId, "-1 second");
  await one.askOthers({ head: "all", body: NO_BYTES }, { waitMs: 60_000 });
  expect(heard).toHaveLength(4);
});

test("old letters are swept, and no others", async () => {
  const [one, silent] = [await aServer(echo), await aServer()];
  for (const head of [1, 2, 3]) {
    const asked = one.ask(silent.serverId, { head, body: NO_BYTES }, { waitMs: 100 });
    await expect(asked).rejects.toMatchObject({ code: "INTERRUPTED" });
  }
  await database.query(
    "update server_letters set sent_at = now() - interval '11 minutes' where id <> (select id from server_letters order by id desc limit 1)",
  );
  expect([await forgetLetters(database, 1), await forgetLetters(database, 10), await letters()]).toEqual([
    1, 1, 1,
  ]);
});
