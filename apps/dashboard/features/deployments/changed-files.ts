import type { Source } from "./types.ts";

export interface ChangedFile {
  path: string;
  /** Empty for a file that is new. */
  before: string;
  /** Empty for a file that is gone. */
  after: string;
  kind: "added" | "changed" | "removed";
}

/** The files that two versions do not have in common, by their paths. */
export function changedFiles(before: Source, after: Source): ChangedFile[] {
  const texts = (source: Source) => new Map(source.files.map(({ path, text }) => [path, text]));
  const [old, current] = [texts(before), texts(after)];
  const paths = [...new Set([...old.keys(), ...current.keys()])].sort();
  return paths.flatMap((path): ChangedFile[] => {
    const [was, is] = [old.get(path), current.get(path)];
    if (was === is) return [];
    const kind = was === undefined ? "added" : is === undefined ? "removed" : "changed";
    return [{ path, before: was ?? "", after: is ?? "", kind }];
  });
}
