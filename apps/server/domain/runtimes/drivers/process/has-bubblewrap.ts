import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** For suites that need it: with bwrap installed they run, and fail where it does not hold. */
export function hasBubblewrap(path: string | undefined): boolean {
  return (path ?? "").split(delimiter).some((folder) => existsSync(join(folder, "bwrap")));
}
