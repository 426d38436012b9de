import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** One that is being judged lies under its second name, and is read there. */
const ARTIFACT = new RegExp(`^artifacts/(${UUID})/[0-9a-f]{2}/([0-9a-f]{64})(?:\\.unwanted)?$`);
const BLOB = new RegExp(`^registry/${UUID}/sha(?:256|512)/[0-9a-f]{2}/[0-9a-f]{64,128}$`);

export const STORED_FOLDERS = ["artifacts", "registry"] as const;
export type StoredFolder = (typeof STORED_FOLDERS)[number];

/** What lies whole in the disk stores of a home: neither what is being written nor uploads under way. */
export async function* listStored(home: string, folder: StoredFolder): AsyncGenerator<string> {
  for await (const name of walk(home, folder)) if (isStored(name)) yield name;
}

/** Names come out of a file from anywhere: what does not look exactly so never becomes a path. */
export function isStored(name: string): boolean {
  return ARTIFACT.test(name) || BLOB.test(name);
}

export function readArtifactName(name: string): { namespaceId: string; hash: string } | undefined {
  const [, namespaceId, hash] = ARTIFACT.exec(name) ?? [];
  return namespaceId === undefined || hash === undefined ? undefined : { namespaceId, hash };
}

async function* walk(home: string, name: string): AsyncGenerator<string> {
  const entries = await readdir(join(home, name), { withFileTypes: true }).catch(ifAbsent);
  for (const entry of entries) {
    const below = `${name}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(home, below);
    else yield below;
  }
}

function ifAbsent(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code !== "ENOENT") throw error;
  return [];
}
