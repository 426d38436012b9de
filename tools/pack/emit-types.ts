import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { runProgram } from "../check/run-program.ts";
import { readManifest } from "./workspace.ts";

const SPECIFIER = /(\bfrom\s+|\bimport\s*\(\s*|^import\s+)"([^"]+)"/gm;

/**
 * Writes the declarations of `entries` and of everything of ours that they name into `outdir`, so that they need no
 * workspace: our packages become relative paths. `allowed` are the outside packages that they may name.
 */
export async function emitTypes(
  root: string,
  { entries, outdir, allowed }: { entries: string[]; outdir: string; allowed: string[] },
): Promise<void> {
  const ours = await readOurEntries(root);
  await runTypeScript(root, { entries, outdir, ours });
  const files = await readdir(outdir, { recursive: true });
  for (const name of files.filter((path) => path.endsWith(".d.ts"))) {
    const file = join(outdir, name);
    const text = await readFile(file, "utf8");
    const rewritten = text.replaceAll(SPECIFIER, (_, before: string, specifier: string) => {
      return `${before}"${rewrite(specifier, { file, outdir, ours, allowed })}"`;
    });
    await writeFile(file, rewritten);
  }
}

async function runTypeScript(
  root: string,
  { entries, outdir, ours }: { entries: string[]; outdir: string; ours: ReadonlyMap<string, string> },
): Promise<void> {
  // Inside the repository: TypeScript looks for node_modules and for what it extends from where it lies.
  const folder = await mkdtemp(join(root, "dist", "types-"));
  try {
    const config = join(folder, "tsconfig.json");
    const compilerOptions = {
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
      rootDir: join(root, "packages"),
      outDir: outdir,
      // Found through node_modules they would count as somebody else's, and nothing would be made of them.
      paths: Object.fromEntries([...ours].map(([name, file]) => [name, [join(root, "packages", file)]])),
    };
    const files = entries.map((entry) => join(root, entry));
    const content = {
      extends: join(root, "tsconfig.json"),
      compilerOptions,
      include: [],
      exclude: [],
      files,
    };
    await writeFile(config, JSON.stringify(content));
    const end = await runProgram(root, "node_modules/typescript/bin/tsc", ["-p", config]);
    if (end.exitCode !== 0)
      throw new TypeError(`The declarations could not be made.\n${end.stdout}${end.stderr}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `@floww/contract/abi` -> `contract/abi/abi.ts`, for every export of every package. */
async function readOurEntries(root: string): Promise<Map<string, string>> {
  const entries = new Map<string, string>();
  for (const folder of await readdir(join(root, "packages"))) {
    const manifest = await readManifest(join(root, "packages", folder)).catch(() => undefined);
    for (const [path, file] of Object.entries(manifest?.exports ?? {})) {
      entries.set(join(manifest!.name, path), join(folder, file));
    }
  }
  return entries;
}

interface Place {
  file: string;
  outdir: string;
  ours: ReadonlyMap<string, string>;
  allowed: readonly string[];
}

function rewrite(specifier: string, { file, outdir, ours, allowed }: Place): string {
  if (specifier.startsWith(".")) return specifier.replace(/\.tsx?$/, ".js");
  const own = ours.get(specifier);
  if (own !== undefined) {
    const path = relative(dirname(file), join(outdir, own)).split(sep).join("/");
    return (path.startsWith(".") ? path : `./${path}`).replace(/\.tsx?$/, ".js");
  }
  const isAllowed = allowed.some((name) => specifier === name || specifier.startsWith(`${name}/`));
  if (!isAllowed)
    throw new TypeError(`${file} names "${specifier}", which the packed package does not depend on.`);
  return specifier;
}
