import { limits } from "@floww/contract/limits";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { readWithin } from "../../platform/db/read-within.ts";
import type { ExecutionFilter } from "../executions/listing/execution-filter.ts";
import { LIST_MS_MAX, listInOrder, listMatchingIds } from "../executions/listing/list-executions.ts";
import type { Execution } from "../executions/store.ts";

/** Nobody waits longer; what is then left to look through is for the next page. */
const SEARCH_MS_MAX = 4_000;
/** Executions of one statement: more of them while they are small, so that none takes long. */
const CHUNK_MIN = 20;
const CHUNK_FIRST = 100;
const CHUNK_MAX = 2_000;
const CHUNK_MS = 250;

export interface SearchPage {
  text: string;
  beforeId: string | undefined;
  limit: number;
  /** Replaced in tests. */
  searchedMax?: number;
  searchMsMax?: number;
}

export interface Found {
  rows: Execution[];
  /** The next page begins after it. */
  nextId: string | undefined;
  searched: { count: number; isAll: boolean };
}

/**
 * Those of the newest that fit a filter which have a text in what is shown of them, newest first. Nothing is read out of the
 * database but ids. @throws FlowwError QUERY_TOO_SLOW
 */
export async function searchExecutions(
  database: Database,
  filter: ExecutionFilter,
  {
    text,
    beforeId,
    limit,
    searchedMax = limits.searchedExecutionsMax,
    searchMsMax = SEARCH_MS_MAX,
  }: SearchPage,
): Promise<Found> {
  return readWithin(database, LIST_MS_MAX, async (transaction) => {
    const untilMs = performance.now() + searchMsMax;
    const ids = await listMatchingIds(transaction, filter, { limit: searchedMax + 1 });
    const candidates = ids.slice(0, searchedMax);
    let at = beforeId === undefined ? 0 : countFrom(candidates, beforeId);
    const found: string[] = [];
    let chunk = CHUNK_FIRST;
    while (at < candidates.length && found.length < limit) {
      const startedAt = performance.now();
      const looked = candidates.slice(at, at + chunk);
      found.push(...(await listHaving(transaction, looked, text)));
      at += looked.length;
      const now = performance.now();
      if (now > untilMs) break;
      chunk = nextChunk(chunk, now - startedAt);
    }
    const shown = found.slice(0, limit);
    // What was looked through past the last one shown is for the next page, to look through again.
    const count = shown.length === limit ? candidates.indexOf(shown.at(-1)!) + 1 : at;
    return {
      rows: await listInOrder(transaction, shown),
      nextId: count < candidates.length ? candidates[count - 1] : undefined,
      searched: { count, isAll: count === ids.length },
    };
  });
}

function nextChunk(chunk: number, tookMs: number): number {
  if (tookMs > CHUNK_MS) return Math.max(CHUNK_MIN, Math.floor(chunk / 2));
  return tookMs < CHUNK_MS / 4 ? Math.min(CHUNK_MAX, chunk * 2) : chunk;
}

/** How many of them, newest first, are not older. */
function countFrom(ids: readonly string[], beforeId: string): number {
  const index = ids.findIndex((id) => id < beforeId);
  return index === -1 ? ids.length : index;
}

/** Newest first. */
async function listHaving(transaction: Queryable, ids: readonly string[], text: string): Promise<string[]> {
  const values: unknown[] = [ids];
  const patterns = spellings(text).map((bytes) => ({
    rough: `$${values.push(bytes)}::bytea`,
    exact: `$${values.push(hexPattern(bytes))}::text`,
  }));
  const has = (column: string) => `(${patterns.map((pattern) => hasSql(column, pattern)).join(" or ")})`;
  const found = await transaction.query<{ id: string }>(
    `select e.id from executions e left join deliveries d on d.id = e.delivery_id
     where e.id = any($1::uuid[]) and (${["e.event", "e.input", "e.output", "e.error"].map(has).join(" or ")}
       or (e.event is null and ${has("d.head")})
       or (e.input is null and e.input_artifact is null and ${has("d.body")})
       or exists (select from execution_logs l where l.execution_id = e.id and ${has("l.text")}))
     order by e.id desc`,
    values,
  );
  return found.rows.map(({ id }) => id);
}

/** As it is written, and as it stands in JSON. */
function spellings(text: string): Buffer[] {
  return [...new Set([text, JSON.stringify(text).slice(1, -1)])].map((spelling) => Buffer.from(spelling));
}

/**
 * Any bytes can be searched like this. The escaped form is all ASCII and made fast, but a digit may be a piece of an escape
 * there; whether it is, the hexadecimal digits say, in pairs from the beginning.
 */
function hasSql(column: string, { rough, exact }: { rough: string; exact: string }): string {
  const lower = (bytes: string) => `lower(encode(${bytes}, 'escape') collate "C")`;
  return `case when strpos(${lower(column)}, ${lower(rough)}) > 0 then encode(${column}, 'hex') ~ ${exact} else false end`;
}

const CASE_BIT = 0x20;

function hexPattern(bytes: Buffer): string {
  const hex = (byte: number) => byte.toString(16).padStart(2, "0");
  const pairs = [...bytes].map((byte) =>
    /[a-z]/i.test(String.fromCharCode(byte)) ? `(?:${hex(byte)}|${hex(byte ^ CASE_BIT)})` : hex(byte),
  );
  return `^(?:..)*${pairs.join("")}`;
}
