import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { type CopiedTable, quoteName } from "./list-tables.ts";

/** Rows in PostgreSQL's own text form, in pieces of about this size. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** All rows that the client's transaction sees. */
export async function* dumpTable(
  client: pg.ClientBase,
  { name, columns }: CopiedTable,
): AsyncGenerator<Buffer> {
  const list = columns.map(quoteName).join(", ");
  // A select goes through all partitions, which a plain table's COPY does not before PostgreSQL 18.
  const stream = client.query(copyTo(`copy (select ${list} from ${quoteName(name)}) to stdout`));
  let chunks: Buffer[] = [];
  let bytes = 0;
  // pg-copy-streams hands out buffers, and its types do not say so.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(chunks);
    chunks = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(chunks);
}
