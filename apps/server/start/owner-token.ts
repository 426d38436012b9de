import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createApiKey, findPrincipalByKey } from "../domain/identity/api-keys.ts";
import type { Queryable } from "../platform/db/database.ts";

/**
 * Keeps `$FLOWW_HOME/owner.token` good: whoever can read the home owns the server anyway, so the CLI on this machine
 * is signed in. A token that the database does not know (any more) is replaced.
 */
export async function ensureOwnerToken(
  database: Queryable,
  home: string,
  organizationId: string,
): Promise<void> {
  const file = join(home, "owner.token");
  const present = (await readFile(file, "utf8").catch(() => "")).trim();
  if (present !== "" && (await findPrincipalByKey(database, present)) !== undefined) return;
  const { key } = await createApiKey(database, {
    organizationId,
    name: "owner of this machine",
    role: "owner",
  });
  await writeFile(`${file}.new`, `${key}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
