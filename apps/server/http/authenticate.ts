import { findPrincipalByKey } from "../domain/identity/api-keys.ts";
import type { Principal } from "../domain/identity/principal.ts";
import type { Queryable } from "../platform/db/database.ts";

/** Who sends this request; undefined for a stranger, and for credentials that are not good (any more). */
export async function authenticate(database: Queryable, headers: Headers): Promise<Principal | undefined> {
  const bearer = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer === undefined ? undefined : findPrincipalByKey(database, bearer);
}
