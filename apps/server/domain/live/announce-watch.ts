import type { Queryable } from "../../platform/db/database.ts";

export const NAMESPACE_WATCHED = "namespace_watched";

/** Tells every server that somebody is about to listen to a namespace's bells. */
export async function announceWatch(database: Queryable, namespaceId: string): Promise<void> {
  await database.query("select pg_notify($1, $2)", [NAMESPACE_WATCHED, namespaceId]);
}
