import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";

/**
 * A bundle lies this deep below its own folder, so that a source outside of the author's project (`../shared/x.ts`,
 * a package of a monorepo) still resolves to a path inside it, and can be told apart from a path of this machine.
 */
const DEPTH = ["p", "p", "p", "p", "p", "p", "p", "p"];
const INSIDE = new RegExp(
  String.raw`(?:file://)?(?:/[^\s()'"/]{1,255}){0,30}/floww-bundle-[A-Za-z0-9]{6}((?:/p){0,${DEPTH.length}})/`,
  "g",
);

/** Makes a folder of its own for one bundle. */
export function makeBundleFolder(tmp: string): string {
  const folder = join(mkdtempSync(join(tmp, "floww-bundle-")), ...DEPTH);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Paths of the sources as their author knows them, from the project: `main.ts`, `../shared/x.ts`. */
export function asAuthored(text: string): string {
  return text.replaceAll(INSIDE, (_, below: string) => "../".repeat(DEPTH.length - below.length / 2));
}
