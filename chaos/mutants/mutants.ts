import type { VerdictWord } from "../checker/check.ts";

/** A server with one deliberate bug: a piece of one source file's text, and what stands in its place. */
export interface Mutant {
  name: string;
  /** From the repository's root. */
  file: string;
  /** Must stand in the file exactly once. */
  find: string;
  replace: string;
  /** Run on the database before the server starts, where the bug needs it. */
  sql?: readonly string[];
  /** What the checker must say of it. */
  caughtAs: readonly VerdictWord[];
}

export const mutants = {
  acknowledgeBeforeCommit: {
    name: "acknowledge before commit",
    file: "apps/server/platform/db/lane.ts",
    find: "    return this.#commits.submit(item);",
    replace: `    const committed = this.#commits.submit(item);
    const rows = (item as { executions?: { owner: string | null }[] }).executions;
    if (rows?.[0]?.owner !== null) return committed;
    committed.catch(() => undefined);
    return Promise.resolve({ has: () => true });`,
    caughtAs: ["lost"],
  },
  noFencing: {
    name: "no fencing",
    file: "apps/server/domain/executions/ledger-fragments.ts",
    find: 'const OURS = "execution.id = given.id and execution.owner = given.owner and execution.epoch = given.epoch";',
    replace: 'const OURS = "execution.id = given.id";',
    caughtAs: ["lying"],
  },
  noDedupe: {
    name: "no dedupe",
    file: "apps/server/domain/executions/ledger-fragments.ts",
    find: "CLAIMS.filter((name) => present.has(name))",
    replace: "CLAIMS.filter(() => false)",
    caughtAs: ["doubled"],
  },
  noCatchUp: {
    name: "no catch-up",
    file: "apps/server/jobs/keep-lease.ts",
    find: "tell(await reapRuns(looks, (transaction) => reapOrphans(transaction, ORPHANED)));",
    replace: "",
    caughtAs: ["stuck"],
  },
  noJournal: {
    name: "no journal",
    file: "apps/server/domain/journal/store.ts",
    find: "from journal_entries where execution_id = $1 order by position, key offset $2 limit $3",
    replace:
      "from journal_entries where execution_id = $1 and false order by position, key offset $2 limit $3",
    caughtAs: ["doubled"],
  },
  noTenant: {
    name: "no tenant predicate",
    file: "apps/server/domain/executions/listing/matching.ts",
    find: "const conditions = [`e.namespace_id = ",
    replace: "const conditions = [`e.id <> ",
    caughtAs: ["phantom"],
  },
  asynchronousCommit: {
    name: "synchronous_commit off",
    file: "apps/server/platform/db/database.ts",
    find: 'const REQUIRED_SETTINGS = ["fsync", "full_page_writes", "synchronous_commit"];',
    replace: 'const REQUIRED_SETTINGS = ["fsync", "full_page_writes"];',
    sql: ["alter database postgres set synchronous_commit = off"],
    caughtAs: ["lost"],
  },
} as const satisfies Record<string, Mutant>;

export type MutantName = keyof typeof mutants;
