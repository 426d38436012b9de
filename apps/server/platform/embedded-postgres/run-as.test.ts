import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { readPostmaster } from "./postmaster.ts";

const path = process.env.PATH ?? "";
const hasOtherUser = process.getuid?.() === 0 && spawnSync("id", ["-u", "postgres"]).status === 0;

/** What came of a start in `folder`: what the query gives, and the users of process, data and sockets. */
async function look(folder: string, searched: string, sql: string) {
  const postgres = await startEmbeddedPostgres({ folder, path: searched });
  try {
    const client = new pg.Client(postgres.clientConfig);
    await client.connect();
    const { rows } = await client.query(sql).finally(() => client.end());
    const { pid } = (await readPostmaster(join(folder, "data")))!;
    const processUid = /^Uid:\t(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))![1];
    const uids = [join(folder, "data"), String(postgres.clientConfig.host)].map(
      async (of) => (await stat(of)).uid,
    );
    return { rows, uids: [Number(processUid), ...(await Promise.all(uids))] };
  } finally {
    await postgres.stop();
  }
}

/** As on a machine where user namespaces are off: the program that would make one fails. */
async function pathWithoutNamespaces(folder: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, "unshare"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return `${folder}${delimiter}${path}`;
}

test.runIf(hasOtherUser)(
  "as root without user namespaces PostgreSQL runs as another user, below a folder that is root's alone, and goes on with what root had",
  async () => {
    await using opened = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), "floww-pg-root-"));
    opened.defer(() => rm(home, { recursive: true, force: true }));
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    const without = await pathWithoutNamespaces(join(home, "bin"));
    const uid = Number(spawnSync("id", ["-u", "postgres"], { encoding: "utf8" }).stdout);
    const others = [uid, uid, uid];

    const folder = join(home, "fresh");
    expect((await look(folder, without, "create table kept as select 7 as n")).uids).toEqual(others);
    const before = join(home, "before");
    await look(before, path, "create table kept as select 7 as n");
    // Off from now on; and on again, where the data stays whose it is.
    for (const [started, searched] of [
      [folder, without],
      [before, without],
      [before, path],
    ] as const) {
      expect(await look(started, searched, "select n from kept")).toEqual({ rows: [{ n: 7 }], uids: others });
    }
  },
);
