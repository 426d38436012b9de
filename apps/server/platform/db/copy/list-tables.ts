import type { Queryable } from "../database.ts";

export interface CopiedTable {
  name: string;
  columns: string[];
  /** Of a partitioned one: what has to be there before its rows come in. */
  partitions: { name: string; bound: string }[];
}

export interface CopiedSequence {
  name: string;
  /** As text: it may be more than a number holds. */
  value: string;
  isCalled: boolean;
}

/** Neither the list of migrations, which a migrated target has, nor what a crash of the database would empty. */
const LEFT_OUT = ["migrations"];

/** Every table of ours, each after those that it refers to. */
export async function listTables(database: Queryable): Promise<CopiedTable[]> {
  const tables = await database.query<CopiedTable>(
    `select c.relname as name,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       coalesce((select json_agg(json_build_object('name', p.relname, 'bound', pg_get_expr(p.relpartbound, p.oid)) order by p.relname)
        from pg_inherits i join pg_class p on p.oid = i.inhrelid
        where i.inhparent = c.oid and not i.inhdetachpending), '[]') as partitions
     from pg_class c
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relpersistence = 'p' and c.relname <> all ($1) order by 1`,
    [LEFT_OUT],
  );
  const references = await database.query<{ from: string; to: string }>(
    `select distinct r.conrelid::regclass::text as "from", r.confrelid::regclass::text as "to" from pg_constraint r
     where r.contype = 'f' and r.conrelid <> r.confrelid`,
  );
  return inOrder(tables.rows, references.rows);
}

export async function listSequences(database: Queryable): Promise<CopiedSequence[]> {
  const found = await database.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'S' and relnamespace = current_schema()::regnamespace order by 1",
  );
  const sequences: CopiedSequence[] = [];
  for (const { name } of found.rows) {
    const { rows } = await database.query<Omit<CopiedSequence, "name">>(
      `select last_value::text as value, is_called as "isCalled" from ${quoteName(name)}`,
    );
    sequences.push({ name, ...rows[0]! });
  }
  return sequences;
}

function inOrder(
  tables: readonly CopiedTable[],
  references: readonly { from: string; to: string }[],
): CopiedTable[] {
  const left = new Map(tables.map((table) => [table.name, table]));
  const ordered: CopiedTable[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(
      ({ name }) => !references.some(({ from, to }) => from === name && left.has(to)),
    );
    if (ready.length === 0)
      throw new TypeError(`Tables refer to one another in a ring: ${[...left.keys()].join(", ")}.`);
    for (const table of ready) left.delete(table.name);
    ordered.push(...ready);
  }
  return ordered;
}

/** As an identifier in SQL, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
