import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";

export interface HomeDatabase {
  query<Row = Record<string, unknown>>(sql: string): Promise<Row[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Looks into a database by its address. */
export async function openDatabase(connection: string | pg.ClientConfig): Promise<HomeDatabase> {
  const client = new pg.Client(connection);
  await client.connect();
  return {
    // What the rows hold is the asker's business.
    query: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** Looks into the embedded database of a running server's home, past the API. */
export async function startDatabaseClient(home: string): Promise<HomeDatabase> {
  const password = (await readFile(join(home, "postgres", "password"), "utf8")).trim();
  return openDatabase({
    host: join(home, "postgres", "run"),
    port: 5432,
    user: "floww",
    database: "postgres",
    password,
  });
}
