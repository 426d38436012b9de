import { join } from "node:path";
import { buildExecutor } from "../tools/start/build-executor.mjs";
import { startFloww } from "./programs.ts";
import type { Row } from "./row.ts";
import { deployTime } from "./rows/deploy-time.ts";
import { devSave } from "./rows/dev-save.ts";
import { fairStart } from "./rows/fair-start.ts";
import { firstAnswer } from "./rows/first-answer.ts";
import { idleMemory } from "./rows/idle-memory.ts";
import { journalStep } from "./rows/journal-step.ts";
import { routeMatch } from "./rows/route-match.ts";
import { warmWebhook } from "./rows/warm-webhook.ts";

/** `npm run bench`: every figure that we promise, measured now, on this machine. Ratios count; absolute numbers do not travel. */
await buildExecutor(join(import.meta.dirname, ".."));
const rows: Row[] = [];
const add = (...more: Row[]) => {
  for (const row of more)
    console.log(`${row.isReached ? "reached " : "SHORT   "} ${row.what}: ${row.figure}   [${row.reach}]`);
  rows.push(...more);
};

{
  await using server = await startFloww();
  add(await idleMemory(server));
  add(await deployTime(server));
  const workflow = join(import.meta.dirname, "workflow");
  const deployed = JSON.parse(await server.cli(["deploy", workflow, "--yes", "--json"])) as {
    triggers: { url: string }[];
  };
  add(...(await firstAnswer(server, workflow)));
  add(await devSave(server));
  add(...(await warmWebhook(server, deployed.triggers[0]!.url)));
  const base = deployed.triggers[0]!.url.replace(/\/[^/]*$/, "");
  add(await journalStep(server, `${base}/steps`));
  add(...(await fairStart(server, deployed.triggers[0]!.url)));
}
add(routeMatch());
console.log(`${rows.filter(({ isReached }) => isReached).length} of ${rows.length} figures reached`);
