import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildExecutor } from "../tools/start/build-executor.mjs";
import { createRandom } from "./random.ts";
import { scenarios } from "./scenarios/registry.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { formatFigures } from "./table.ts";

/** `npm run chaos -- [names] [--seed n] [--scale 0.1] [--quiet] [--list] [--help]`: without names, all of them in full size. */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", short: "h", default: false },
    seed: { type: "string" },
    scale: { type: "string", default: "1" },
    quiet: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const scale = Number(values.scale);
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));

if (values.help) console.log("npm run chaos -- [names] [--seed n] [--scale 0.1] [--quiet] [--list]\n");
if (values.help || values.list || unknown.length > 0 || !(scale > 0) || !Number.isInteger(seed)) {
  for (const { name, summary } of scenarios) console.log(`${name.padEnd(14)} ${summary}`);
  if (unknown.length > 0) console.error(`There is no scenario ${unknown.join(", ")}.`);
  if (!values.list && !values.help) process.exitCode = 2;
} else {
  await buildExecutor(join(import.meta.dirname, ".."));
  const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  let short = 0;
  for (const scenario of chosen) short += await runScenario(scenario);
  console.log(short === 0 ? "all figures reached" : `${short} figures fall short`);
  process.exitCode = short === 0 ? 0 : 1;
}

/** Resolves with how many figures fell short. */
async function runScenario(scenario: Scenario): Promise<number> {
  const missing = await scenario.missing?.();
  console.log(`\n== ${scenario.name}: ${scenario.summary} (seed ${seed}, scale ${scale})`);
  if (missing !== undefined) {
    console.log(`  skipped: ${missing}`);
    return 0;
  }
  const startedAt = performance.now();
  const say = (text: string) => {
    if (!values.quiet) console.log(`  ${text}`);
  };
  const figures = await scenario.run({ random: createRandom(seed), scale, say });
  console.log(formatFigures(figures));
  console.log(`  took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
  return figures.filter(({ isReached }) => !isReached).length;
}
