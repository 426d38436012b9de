import { type Column, encodeRows, encodeValue } from "./binary-rows.ts";

/** One part of the statement that a lane commits: a room's own SQL over `given`, its rows. */
export interface LaneFragment<Row> {
  /**
   * Name of the common table expression; later fragments may refer to earlier ones by it. No table's: that table would be
   * out of sight for every other fragment of the statement.
   */
  name: string;
  columns: readonly Column<Row>[];
  /** Nobody asks which of its rows took effect, so it need not return them. */
  isSilent?: true;
  /**
   * Of a fragment that locks rows: what says which one. Its rows go in this order, so that two who lock several of them
   * (another server's lane, a cancel) meet at the first and do not wait for each other.
   */
  lock?(row: Row): string;
  /** Of a fragment that names partitions: the id that says of which day its rows are. */
  dayOf?(row: Row): string;
  /** SQL with `${source}` in its FROM; must return `id` alone, of the rows that took effect. */
  sql(source: string, surroundings: Surroundings): string;
}

export interface Surroundings {
  /** The fragments that this statement has: one that no row is for is left out, since even an empty one costs the database its start. */
  present: ReadonlySet<string>;
  /** What a table of days is called: where all rows of the statement are of one day, that day's partition. */
  partition(table: string): string;
}

/** What a statement is sent for: a fragment, and its rows out of all items. */
export interface GivenRows {
  name: string;
  fragment: LaneFragment<unknown>;
  rows: unknown[];
}

/** By fragment, the ids of the rows that took effect. */
export type Applied = ReadonlyMap<string, ReadonlySet<string> | "all">;

export interface LaneStatement {
  text: string;
  /** `types` are those of the fragments' rows, in the connection that it goes to. */
  values(given: readonly GivenRows[], types: ReadonlyMap<string, number>): unknown[];
  applied(rows: readonly unknown[][]): Applied;
}

/** Those of one shape are sent with the same statement. */
export function shapeOf(given: readonly GivenRows[]): string {
  return `${given.map(({ name }) => name).join("+")} ${areSingle(given) ? "one" : "many"}`;
}

/**
 * A statement is planned once, for all partitions there are, and locks them all at each time; what looks for values out of
 * rows opens them all too, and a server has one for each day that it keeps. So a flush of today's rows, which is nearly
 * every one, names the partition.
 */
export function buildStatement(
  given: readonly GivenRows[],
  partition: Surroundings["partition"],
): LaneStatement {
  if (!areSingle(given)) return ofRows(given, partition);
  return given.length === 1 ? ofOneRow(given[0]!, partition) : ofSingleRows(given, partition);
}

function areSingle(given: readonly GivenRows[]): boolean {
  return given.every(({ rows }) => rows.length === 1);
}

function ofRows(given: readonly GivenRows[], partition: Surroundings["partition"]): LaneStatement {
  const place = parameters();
  const sources = given.map(({ name }) => `unnest(${place()}::${typeOf(name)}[])`);
  return {
    text: combine(given, { sources, partition, count: () => `${place()}::int4` }),
    values: (sent, types) => [
      ...sent.map(({ name, fragment, rows }) => encodeRows(types.get(name)!, fragment.columns, rows)),
      ...sent.flatMap(({ fragment, rows }) => (fragment.isSilent === true ? [] : [rows.length])),
    ],
    applied: appliedOfEach,
  };
}

/** Its values are parameters: to make rows of them and take those apart again costs more than the look-up of one. */
function ofSingleRows(given: readonly GivenRows[], partition: Surroundings["partition"]): LaneStatement {
  const place = parameters();
  const sources = given.map(({ fragment }) => rowOfParameters(fragment, place));
  return {
    text: combine(given, { sources, partition, count: () => "1" }),
    values: valuesOfSingle,
    applied: appliedOfEach,
  };
}

/** As it is: to gather its ids costs as much as a small statement itself. */
function ofOneRow({ name, fragment }: GivenRows, partition: Surroundings["partition"]): LaneStatement {
  const source = `${rowOfParameters(fragment, parameters())} as given`;
  return {
    text: fragment.sql(source, { present: new Set([name]), partition }),
    values: valuesOfSingle,
    applied: (rows) => new Map([[name, new Set((rows as [id: string][]).map(([id]) => id))]]),
  };
}

function parameters(): () => string {
  let count = 0;
  return () => `$${++count}`;
}

function rowOfParameters({ columns }: LaneFragment<unknown>, place: () => string): string {
  return `(select ${columns.map(({ name, type }) => `${place()}::${type} as "${name}"`).join(", ")})`;
}

function valuesOfSingle(given: readonly GivenRows[]): unknown[] {
  return given.flatMap(({ fragment, rows }) =>
    fragment.columns.map((column) => encodeValue(column, rows[0])),
  );
}

function combine(
  given: readonly GivenRows[],
  { sources, partition, count }: Pick<Surroundings, "partition"> & { sources: string[]; count(): string },
): string {
  const present = new Set(given.map(({ name }) => name));
  const expressions = given.map(
    ({ fragment }, index) =>
      `${fragment.name} as (${fragment.sql(`${sources[index]} as given`, { present, partition })})`,
  );
  // Nearly always all of its rows took effect, and one null says so; else their ids come.
  const results = given.flatMap(({ name, fragment }) =>
    fragment.isSilent === true
      ? []
      : [
          `select '${name}' as fragment,
             case when count(*) <> ${count()} then coalesce(array_agg(id), '{}') end as applied from ${fragment.name}`,
        ],
  );
  return `with ${expressions.join(",\n")}\n${results.join(" union all ") || "select where false"}`;
}

function appliedOfEach(rows: readonly unknown[][]): Applied {
  const each = rows as [fragment: string, applied: string[] | null][];
  return new Map(each.map(([fragment, ids]) => [fragment, ids === null ? "all" : new Set(ids)]));
}

/** Fragments' names are ours, and may hold capitals. */
export function typeOf(fragment: string): string {
  return `pg_temp."given_${fragment}"`;
}
