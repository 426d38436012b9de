import { existsSync } from "node:fs";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

/** There for as long as a backup is being restored into the home. */
export const RESTORING_FILE = "restoring";

/** A server on half a backup would look like one that lost everything. @throws FlowwError BACKUP_TARGET_TAKEN */
export function refuseHalfRestored(home: string): void {
  if (!existsSync(join(home, RESTORING_FILE))) return;
  throw new FlowwError("BACKUP_TARGET_TAKEN", `A backup was not restored into ${home} to its end.`, {
    fix: `Empty ${home} (but for master.key) and the database, and restore again.`,
  });
}
