import { type OpenedKeys, openKeys } from "../../domain/secrets/keys/open-keys.ts";
import type { Database } from "../../platform/db/database.ts";
import type { KeyWrapper } from "../../platform/keys/key-wrapper.ts";
import { openKeyWrapper } from "../../start/open-key-wrapper.ts";
import type { CommandContext } from "../command.ts";
import { openOperatorDatabase } from "../operator-database.ts";

export async function openOperatorKeys(
  { config, report }: CommandContext,
  opened: AsyncDisposableStack,
): Promise<{ database: Database; wrapper: KeyWrapper; keys: OpenedKeys }> {
  const database = await openOperatorDatabase(config, opened, report);
  const wrapper = await openKeyWrapper(database, config, opened);
  return { database, wrapper, keys: await openKeys(database, wrapper) };
}
