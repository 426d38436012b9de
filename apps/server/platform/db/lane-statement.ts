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
  /** Of a fragment that looks for rows of a table of days: the id by which. Its SQL then says where with `within`. */
  seeks?(row: Row): string;
  /** SQL with `${source}` in its FROM; must return `id` alone, of the rows that took effect. */
  sql(source: string, surroundings: Surroundings): string;
}

export interface Surroundings {
  /** The fragments that this statement has: one that no row is for is left out, since even an empty one costs the database its start. */
  present: ReadonlySet<string>;
  /** A condition, beginning with `and`, or nothing: that the column is among the ids that the rows seek. */
  within(column: string): string;
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
 * A statement is planned once, for all partitions there are: what looks for a parameter opens the one that has it, what
 * looks for a value out of rows opens them all, and a server has one for each day that it keeps. So where nobody has more
 * than one row its values are parameters, and else the least and the greatest id that is looked for.
 */
export function buildStatement(given: readonly GivenRows[]): LaneStatement {
  if (!areSingle(given)) return ofRows(given);
  return given.length === 1 ? ofOneRow(given[0]!) : ofSingleRows(given);
}

function areSingle(given: readonly GivenRows[]): boolean {
  return given.every(({ rows }) => rows.length === 1);
}

function ofRows(given: readonly GivenRows[]): LaneStatement {
  const places = parameters();
  const parts = given.map(({ name, fragment }) => {
    const source = `unnest(${places()}::${typeOf(name)}[])`;
    if (fragment.seeks === undefined) return { source, within: anywhere };
    const [least, greatest] = [places(), places()];
    return {
      source,
      within: (column: string) => `and ${column} between ${least}::uuid and ${greatest}::uuid`,
    };
  });
  return {
    text: combine(given, parts, () => `${places()}::int4`),
    values: (sent, types) => [
      ...sent.flatMap(({ name, fragment, rows }) => [
        encodeRows(types.get(name)!, fragment.columns, rows),
        ...(fragment.seeks === undefined ? [] : extremes(rows, fragment.seeks)),
      ]),
      ...sent.flatMap(({ fragment, rows }) => (fragment.isSilent === true ? [] : [rows.length])),
    ],
    applied: appliedOfEach,
  };
}

/** Ids as they are written sort as PostgreSQL sorts them. */
function extremes(rows: readonly unknown[], seeks: (row: unknown) => string): [string, string] {
  let least = seeks(rows[0]);
  let greatest = least;
  for (const row of rows) {
    const id = seeks(row);
    if (id < least) least = id;
    if (id > greatest) greatest = id;
  }
  return [least, greatest];
}

function anywhere(): string {
  return "";
}

function ofSingleRows(given: readonly GivenRows[]): LaneStatement {
  const places = parameters();
  const parts = given.map(({ fragment }) => ({
    source: rowOfParameters(fragment, places),
    within: anywhere,
  }));
  return { text: combine(given, parts, () => "1"), values: valuesOfSingle, applied: appliedOfEach };
}

/** As it is: to gather its ids costs as much as a small statement itself. */
function ofOneRow({ name, fragment }: GivenRows): LaneStatement {
  return {
    text: fragment.sql(`${rowOfParameters(fragment, parameters())} as given`, {
      present: new Set([name]),
      within: anywhere,
    }),
    values: valuesOfSingle,
    applied: (rows) => new Map([[name, new Set((rows as [id: string][]).map(([id]) => id))]]),
  };
}

function parameters(): () => string {
  let count = 0;
  return () => `$${++count}`;
}

function rowOfParameters({ columns }: LaneFragment<unknown>, places: () => string): string {
  return `(select ${columns.map(({ name, type }) => `${places()}::${type} as "${name}"`).join(", ")})`;
}

function valuesOfSingle(given: readonly GivenRows[]): unknown[] {
  return given.flatMap(({ fragment, rows }) =>
    fragment.columns.map((column) => encodeValue(column, rows[0])),
  );
}

interface Part extends Pick<Surroundings, "within"> {
  source: string;
}

function combine(given: readonly GivenRows[], parts: readonly Part[], count: () => string): string {
  const present = new Set(given.map(({ name }) => name));
  const expressions = given.map(({ fragment }, index) => {
    const { source, within } = parts[index]!;
    return `${fragment.name} as (${fragment.sql(`${source} as given`, { present, within })})`;
  });
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
