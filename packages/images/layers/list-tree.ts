import type { Dirent } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { TarMember } from "./tar-header.ts";

export interface LayerMember extends TarMember {
  /** The file whose bytes it has. */
  source?: string;
}

export interface TreeOptions {
  /** Where the folder lies in the image, relative to its root, like `node_modules`. */
  at: string;
  /** Left out with all that is in them; by their path below the folder. */
  isLeftOut?: (path: string) => boolean;
}

/** More than any project has, and what a listing in memory bears. */
export const LAYER_MEMBERS_MAX = 500_000;
/** What AWS Lambda takes of an image, all of it unpacked; also the end of what a plain header can say. */
export const LAYER_BYTES_MAX = 8 * 1024 ** 3 - 1;

/**
 * Everything in a folder, in the order of its layer: by the bytes of its path, however the folder gives it out. A link
 * is never followed. @throws FlowwError LAYER_INVALID
 */
export async function listTree(folder: string, { at, isLeftOut }: TreeOptions): Promise<LayerMember[]> {
  const members = parents(at);
  const waiting = [""];
  let bytes = 0;
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const found of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = posix.join(below, found.name);
      if (isLeftOut?.(path)) continue;
      const member = await memberOf(found, { folder, path, at });
      if (found.isDirectory()) waiting.push(path);
      bytes += member.bytes;
      members.push(member);
      if (members.length > LAYER_MEMBERS_MAX || bytes > LAYER_BYTES_MAX)
        throw new FlowwError(
          "LAYER_INVALID",
          `${folder} has more than ${LAYER_MEMBERS_MAX} files, or more than ${LAYER_BYTES_MAX} bytes.`,
        );
    }
  }
  return inByteOrder(members);
}

/** The folders that a path needs above it, itself included. */
export function parents(at: string): LayerMember[] {
  const names = at.split("/").filter((name) => name !== "");
  return names.map((_, index) => ({
    path: `${names.slice(0, index + 1).join("/")}/`,
    bytes: 0,
    isExecutable: false,
  }));
}

async function memberOf(
  found: Dirent,
  { folder, path, at }: { folder: string; path: string; at: string },
): Promise<LayerMember> {
  const inImage = posix.join(at, path);
  const source = join(folder, path);
  if (found.isDirectory()) return { path: `${inImage}/`, bytes: 0, isExecutable: false };
  if (found.isSymbolicLink()) {
    const target = (await readlink(source)).replaceAll("\\", "/");
    const leadsTo = posix.join(posix.dirname(path), target);
    if (posix.isAbsolute(target) || leadsTo === ".." || leadsTo.startsWith("../"))
      throw new FlowwError("LAYER_INVALID", `${source} is a link out of ${folder}.`);
    return { path: inImage, bytes: 0, isExecutable: false, target };
  }
  if (!found.isFile())
    throw new FlowwError("LAYER_INVALID", `${source} is neither a file nor a folder nor a link.`);
  const { size, mode } = await lstat(source);
  // The owner's bit: a umask may have taken the others away.
  return { path: inImage, bytes: size, isExecutable: (mode & 0o100) !== 0, source };
}

function inByteOrder(members: readonly LayerMember[]): LayerMember[] {
  // Of one byte a character, strings compare as their bytes do.
  const keyed = members.map((member) => ({ member, key: Buffer.from(member.path).toString("latin1") }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ member }) => member);
}
