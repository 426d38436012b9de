import { once } from "node:events";
import { finished } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { type CopiedTable, quoteName } from "./list-tables.ts";

export interface TableLoad {
  write(piece: Buffer): Promise<void>;
  /** @throws Error of the database, when it does not take the rows */
  end(): Promise<void>;
}

const PARTITION_NAME = /^[a-z_]+_\d{8}$/;
const PARTITION_BOUND = /^FOR VALUES FROM \('[0-9a-f-]{36}'\) TO \('[0-9a-f-]{36}'\)$/;

/** Takes the pieces of `dumpTable`, in their order. What its partitions are must be read, not believed. */
export async function beginLoad(client: pg.ClientBase, table: CopiedTable): Promise<TableLoad> {
  for (const { name, bound } of table.partitions) {
    if (!PARTITION_NAME.test(name) || !PARTITION_BOUND.test(bound))
      throw new RangeError(`${table.name} cannot have the partition ${name} ${bound}.`);
    await client.query(
      `create table if not exists ${quoteName(name)} partition of ${quoteName(table.name)} ${bound}`,
    );
  }
  const list = table.columns.map(quoteName).join(", ");
  const stream = client.query(copyFrom(`copy ${quoteName(table.name)} (${list}) from stdin`));
  const ended = finished(stream);
  // Told by end(), or by the write that finds the stream gone.
  ended.catch(() => undefined);
  return {
    write: async (piece) => {
      if (!stream.write(piece)) await Promise.race([once(stream, "drain"), ended]);
    },
    end: async () => {
      stream.end();
      await ended;
    },
  };
}
