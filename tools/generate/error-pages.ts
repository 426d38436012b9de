import { errorCatalogue } from "@floww/contract/errors";
import type { Generator } from "./generator.ts";

const FAULTS = {
  caller: "The request asked for something that cannot be done as asked.",
  "user-code": "Something in a workflow's code.",
  outside: "Something outside; trying again may help.",
  ours: "Floww. It is reported in the server's log.",
};

/** docs/errors/<CODE>.md for every code, and their index. */
export const errorPages: Generator = {
  name: "error pages",
  outputs: async () => {
    const pages = new Map<string, string>();
    const rows: string[] = [];
    for (const [code, { status, fault, summary, fix }] of Object.entries(errorCatalogue())) {
      pages.set(
        `docs/errors/${code}.md`,
        `# ${code}\n\n${summary}\n\n**What to do:** ${fix}\n\n| | |\n|---|---|\n| HTTP status | ${status} |\n| At fault | ${FAULTS[fault]} |\n`,
      );
      rows.push(`| [${code}](${code}.md) | ${status} | ${summary} |`);
    }
    const index = `# Errors\n\nEvery error has a code that never changes its meaning.\n\n| code | status | |\n|---|---|---|\n${rows.sort().join("\n")}\n`;
    return pages.set("docs/errors/README.md", index);
  },
};
