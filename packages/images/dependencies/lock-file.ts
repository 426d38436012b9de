import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";

const names = z.record(z.string(), z.string()).optional();

const lockedPackage = z.looseObject({
  version: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  // As its package.json says it: npm takes one word too.
  os: z.union([z.string(), z.array(z.string())]).optional(),
  cpu: z.union([z.string(), z.array(z.string())]).optional(),
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
});
export type LockedPackage = z.infer<typeof lockedPackage>;

const lockFile = z.object({
  lockfileVersion: z.union([z.literal(2), z.literal(3)]),
  packages: z.record(z.string(), lockedPackage),
});

/** What is installed where, by its path from the project's folder; the project itself is "". */
export type Locked = ReadonlyMap<string, LockedPackage>;

const NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

export function isPackageName(name: string): boolean {
  return NAME.test(name);
}

/** @throws FlowwError LOCK_FILE_MISSING, LOCK_FILE_INVALID */
export async function readLockFile(folder: string): Promise<Locked> {
  const file = join(folder, "package-lock.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new FlowwError("LOCK_FILE_MISSING", `There is no ${file}.`);
  });
  return parseLockFile(text, file);
}

/** @throws FlowwError LOCK_FILE_INVALID */
export function parseLockFile(text: string, file: string): Locked {
  const parsed = lockFile.safeParse(parseJson(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new FlowwError("LOCK_FILE_INVALID", `${file}: ${issue?.path.join(".")}: ${issue?.message}.`);
  }
  for (const path of Object.keys(parsed.data.packages)) {
    // The folders that npm would write to; of a linked workspace the path is the author's own, and is not installed.
    if (!path.includes("node_modules/")) continue;
    const inside = path.slice(path.indexOf("node_modules/") + "node_modules/".length);
    const bad = inside.split("/node_modules/").find((name) => !isPackageName(name));
    if (bad !== undefined)
      throw new FlowwError(
        "LOCK_FILE_INVALID",
        `${file}: ${JSON.stringify(bad)} is not the name of a package.`,
      );
  }
  return new Map(Object.entries(parsed.data.packages));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FlowwError("LOCK_FILE_INVALID", `${file} is not JSON.`, { cause });
  }
}
