import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

export interface HomeDatabase {
  query(sql: string): Promise<Record<string, unknown>[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Looks into the embedded database of a running server's home, past the API. */
export async function startDatabaseClient(home: string): Promise<HomeDatabase> {
  const password = (await readFile(join(home, "postgres", "password"), "utf8")).trim();
  const client = new pg.Client({
    host: join(home, "postgres", "run"),
    port: 5432,
    user: "floww",
    database: "postgres",
    password,
  });
  await client.connect();
  return {
    query: async (sql) => (await client.query(sql)).rows as Record<string, unknown>[],
    [Symbol.asyncDispose]: () => client.end(),
  };
}
