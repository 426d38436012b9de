import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildExecutor } from "../tools/start/build-executor.mjs";
import { startFloww } from "./programs.ts";
import type { Row } from "./row.ts";
import { EXECUTIONS } from "./rows/executions.ts";
import { benches } from "./rows/registry.ts";

/**
 * `npm run bench -- [names] [--list] [--executions <n>]`: every figure that we promise, or those that are named, measured now, on this machine.
 * Ratios count; absolute numbers do not travel.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    executions: { type: "string", default: String(EXECUTIONS) },
  },
});
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));

if (values.list || unknown.length > 0) {
  for (const { name, summary } of benches) console.log(`${name.padEnd(14)} ${summary}`);
  if (unknown.length > 0) {
    console.error(`There is no bench ${unknown.join(", ")}.`);
    process.exitCode = 1;
  }
} else {
  const chosen = benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  await buildExecutor(join(import.meta.dirname, ".."));
  const rows: Row[] = [];
  await using server = await startFloww();
  for (const { measure } of chosen) {
    for (const row of await measure(server, { executions: Number(values.executions) })) {
      console.log(`${row.isReached ? "reached " : "SHORT   "} ${row.what}: ${row.figure}   [${row.reach}]`);
      rows.push(row);
    }
  }
  console.log(`${rows.filter(({ isReached }) => isReached).length} of ${rows.length} figures reached`);
}
