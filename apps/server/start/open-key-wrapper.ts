import type { Config } from "../config/config.ts";
import { hasKeys } from "../domain/secrets/keys/open-keys.ts";
import type { Queryable } from "../platform/db/database.ts";
import { createFileWrapper } from "../platform/keys/file-wrapper.ts";
import type { KeyWrapper } from "../platform/keys/key-wrapper.ts";
import { readMasterKey } from "../platform/keys/master-key-file.ts";

/**
 * What protects the keys of this database, as the configuration says. By default a file is made for a database without keys
 * only. @throws FlowwError MASTER_KEY_INVALID, MASTER_KEY_WRONG
 */
export async function openKeyWrapper(
  database: Queryable,
  { home, keys }: Pick<Config, "home" | "keys">,
  opened: AsyncDisposableStack,
  { mayCreate }: { mayCreate?: boolean } = {},
): Promise<KeyWrapper> {
  if (keys.kind === "file")
    return createFileWrapper(
      await readMasterKey(home, { mayCreate: mayCreate ?? !(await hasKeys(database)) }),
    );
  // AWS's client takes its time to load, and most servers have no need of it.
  const { openKmsWrapper } = await import("../platform/clients/aws/open-kms-wrapper.ts");
  return openKmsWrapper(keys, opened);
}
