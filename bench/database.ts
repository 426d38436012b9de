import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

/** A connection of its own to the database of the server with this home. */
export async function connectDatabase(home: string): Promise<pg.Client & AsyncDisposable> {
  const password = (await readFile(join(home, "postgres", "password"), "utf8")).trim();
  const host = join(home, "postgres", "run");
  const client = new pg.Client({ host, port: 5432, user: "floww", database: "postgres", password });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
