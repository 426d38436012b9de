import type { Queryable } from "../../platform/db/database.ts";
import type { NamespaceBells } from "./namespace-bells.ts";

/** What servers tell one another of bells: a namespace that is watched, or with an execution of it one that changed. */
export const BELLS = "bells";

/** Tells every server that somebody is about to listen to a namespace's bells. */
export async function announceWatch(database: Queryable, namespaceId: string): Promise<void> {
  await database.query("select pg_notify($1, $2)", [BELLS, namespaceId]);
}

/**
 * SQL that rings for a row that has an `id` and a `namespace_id`, once its transaction is committed. For what happens in many
 * places and seldom: every server hears it, and those that know of a watcher ring.
 */
export function ringFor(row: string): string {
  return `pg_notify('${BELLS}', ${row}.namespace_id::text || ' ' || ${row}.id::text)`;
}

export function hear(bells: NamespaceBells, payload: string): void {
  const [namespaceId = "", executionId] = payload.split(" ");
  if (executionId === undefined) bells.watch(namespaceId);
  else bells.executionChanged(namespaceId, executionId);
}
