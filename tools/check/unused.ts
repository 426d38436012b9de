import { runProgram } from "./run-program.ts";
import { readSourceFiles } from "./source-files.ts";
import type { Step } from "./step.ts";

/** knip's JSON report: for each file, the lists of what nothing uses. */
interface KnipReport {
  readonly issues: readonly KnipFile[];
}
type KnipFile = { readonly file: string } & Readonly<Record<string, readonly KnipIssue[] | string>>;
interface KnipIssue {
  readonly name?: string;
  readonly line?: number;
}

export const unused: Step = {
  name: "unused",
  async run(root) {
    const end = await runProgram(root, "node_modules/knip/bin/knip.js", [
      "--reporter",
      "json",
      "--no-config-hints",
    ]);
    if (end.exitCode === 0) return [];
    if (!end.stdout.startsWith("{")) return [end.stdout, end.stderr];
    const started = await startedParts(root);
    // The report is knip's own format, and a key it adds is printed like the others.
    const { issues } = JSON.parse(end.stdout) as KnipReport;
    return issues.filter(({ file }) => started(file)).flatMap(describe);
  },
};

/**
 * A workspace that has a package.json and no source yet uses none of its dependencies; its first file brings it under
 * the rule. The root lists the types of libraries that workspaces use, so it is measured once every workspace is there.
 */
async function startedParts(root: string): Promise<(manifest: string) => boolean> {
  const sources = (await readSourceFiles(root)).map(({ path }) => path);
  return (file) => {
    if (!file.endsWith("package.json")) return true;
    const folder = file.slice(0, -"package.json".length);
    return sources.some((path) => path.startsWith(folder === "" ? "apps/server/" : folder));
  };
}

function describe({ file, ...lists }: KnipFile): string[] {
  return Object.entries(lists).flatMap(([kind, issues]) => {
    if (typeof issues === "string") return [];
    return issues.map(
      ({ name, line }) => `${file}:${line ?? 1}  unused (${kind})  ${name ?? file}: delete it, or use it`,
    );
  });
}
