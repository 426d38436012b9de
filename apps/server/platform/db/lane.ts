import { FlowwError } from "@floww/contract/errors";
import type pg from "pg";
import { type ArrayType, type ArrayValue, encodeArray } from "./binary-array.ts";
import { GroupCommit } from "./group-commit.ts";

/** Opens the connection that a lane has to itself. */
export type ConnectLane = () => Promise<pg.Client>;

/** One column of the rows that a fragment takes. */
export interface LaneColumn<Row> {
  name: string;
  type: ArrayType;
  value(row: Row): ArrayValue;
}

/** One part of the statement that a lane commits: a room's own SQL over `given`, the unnested rows. */
export interface LaneFragment<Row> {
  /**
   * Name of the common table expression; later fragments may refer to earlier ones by it. No table's: that table would be
   * out of sight for every other fragment of the statement.
   */
  name: string;
  columns: readonly LaneColumn<Row>[];
  /** Nobody asks which of its rows took effect, so it need not return them. */
  isSilent?: true;
  /**
   * SQL with `${source}` in its FROM; must return `id`, the rows that took effect. `present` names the fragments that
   * this statement has: one that no row is for is left out, since even an empty one costs the database its start.
   */
  sql(source: string, present: ReadonlySet<string>): string;
}

/** Fresh statistics can plan a sequential scan for `update … from unnest`; here the primary key is always right. */
const SETTINGS = `set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
  set plan_cache_mode = force_generic_plan; set jit = off`;

/** What one caller commits at once: rows for any of the lane's fragments. */
export type LaneItem<Fragments extends Record<string, LaneFragment<never>>> = {
  [Name in keyof Fragments]?: Fragments[Name] extends LaneFragment<infer Row> ? Row[] : never;
};

export interface LaneResult {
  /** True when the row of that id took effect; never for a silent fragment. */
  has(fragment: string, id: string): boolean;
}

/**
 * A lane is one connection on which every write of the hot path travels: all rows of all requests in flight go to
 * PostgreSQL in one statement, hence one commit. Rows of one caller are never split over two statements, and an
 * update sent after its insert has returned always finds it.
 */
export class Lane<Fragments extends Record<string, LaneFragment<never>>> {
  readonly #connect: ConnectLane;
  readonly #fragments: [string, LaneFragment<unknown>][];
  /** By the fragments they have: which ones a flush needs is settled by load, and they are few. */
  readonly #statements = new Map<string, string>();
  readonly #commits: GroupCommit<LaneItem<Fragments>, LaneResult>;
  #client: pg.Client | undefined;
  #isClosed = false;

  constructor(connect: ConnectLane, fragments: Fragments) {
    this.#connect = connect;
    this.#fragments = Object.entries(fragments) as unknown as [string, LaneFragment<unknown>][];
    this.#commits = new GroupCommit({
      flush: (items) => this.#flush(items),
      bytesOf: (item) => this.#bytesOf(item),
      isItemFault,
    });
  }

  /** @throws FlowwError DATABASE_UNAVAILABLE, QUEUE_FULL, SERVER_STOPPING: nothing was committed, or it is not known to be. */
  commit(item: LaneItem<Fragments>): Promise<LaneResult> {
    // What still ends after the close belongs to whoever takes up this server's work, and must not be written by it.
    if (this.#isClosed) return Promise.reject(new FlowwError("SERVER_STOPPING"));
    return this.#commits.submit(item);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#commits.drain();
    await this.#client?.end();
  }

  async #flush(items: LaneItem<Fragments>[]): Promise<LaneResult[]> {
    const values: Buffer[] = [];
    const present = new Set<string>();
    for (const [name, { columns }] of this.#fragments) {
      const rows = rowsOf(items, name);
      if (rows.length === 0) continue;
      present.add(name);
      for (const { type, value } of columns) values.push(encodeArray(type, rows.map(value)));
    }
    const client = await this.#connected();
    const name = [...present].join("+");
    const query = { name, text: this.#statement(name, present), values, rowMode: "array" as const };
    const done = await client.query<[fragment: string, id: string]>(query).catch((cause: unknown) => {
      if (isItemFault(cause)) throw cause;
      // It may have gone silent for good: nothing more is sent on it.
      this.#forget(client);
      throw new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
    });
    const applied = new Map([...present].map((fragment) => [fragment, new Set<string>()]));
    for (const [fragment, id] of done.rows) applied.get(fragment)?.add(id);
    const result: LaneResult = { has: (fragment, id) => applied.get(fragment)?.has(id) === true };
    return items.map(() => result);
  }

  #statement(name: string, present: ReadonlySet<string>): string {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const text = buildStatement(
      this.#fragments.filter(([fragment]) => present.has(fragment)),
      present,
    );
    this.#statements.set(name, text);
    return text;
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    const client = await this.#connect().catch((cause: unknown) => {
      throw new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
    });
    client.on("error", () => this.#forget(client));
    client.on("end", () => this.#forget(client));
    await client.query(SETTINGS).catch((cause: unknown) => {
      this.#forget(client);
      throw new FlowwError("DATABASE_UNAVAILABLE", undefined, { cause });
    });
    this.#client = client;
    return client;
  }

  #forget(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined;
    client.end().catch(() => undefined);
  }

  /** Of what can be large; the rest is the same few bytes in every row. */
  #bytesOf(item: LaneItem<Fragments>): number {
    let bytes = 0;
    for (const [name, { columns }] of this.#fragments) {
      for (const row of item[name] ?? []) {
        for (const { type, value } of columns)
          if (type === "bytea") bytes += (value(row) as Uint8Array | null)?.byteLength ?? 0;
      }
    }
    return bytes;
  }
}

function rowsOf<Fragments extends Record<string, LaneFragment<never>>>(
  items: LaneItem<Fragments>[],
  name: string,
): unknown[] {
  const all: unknown[] = [];
  for (const item of items) {
    const rows: unknown[] | undefined = item[name];
    if (rows !== undefined) all.push(...rows);
  }
  return all;
}

function buildStatement(fragments: [string, LaneFragment<unknown>][], present: ReadonlySet<string>): string {
  let parameter = 0;
  const parts = fragments.map(([, fragment]) => {
    const arrays = fragment.columns.map((column) => `$${++parameter}::${column.type}[]`).join(", ");
    const names = fragment.columns.map((column) => column.name).join(", ");
    return `${fragment.name} as (${fragment.sql(`unnest(${arrays}) as given (${names})`, present)})`;
  });
  const results = fragments.flatMap(([key, { name, isSilent }]) =>
    isSilent === true ? [] : [`select '${key}' as fragment, id from ${name}`],
  );
  return `with ${parts.join(",\n")}\n${results.join(" union all ") || "select where false"}`;
}

/**
 * SQLSTATE classes 22 (data), 23 (integrity) and 54 (limits) are about the rows, and so is a value that the wire format
 * cannot hold; anything else is about the database.
 */
function isItemFault(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && /^(22|23|54)[0-9A-Z]{3}$/.test(code);
}
