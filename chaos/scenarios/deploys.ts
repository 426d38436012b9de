import { deployBundle } from "../../apps/cli/project/deploy-bundle.ts";
import { check } from "../checker/check.ts";
import { gatherEvidence } from "../checker/gather-evidence.ts";
import { findOddVersions, type Switch } from "../checker/odd-versions.ts";
import { pause } from "../eventually.ts";
import { runSteadyLoad } from "../ledger/load.ts";
import { startSystem } from "../system/chaos-system.ts";
import { type Prepared, prepareSource } from "../system/deploy-source.ts";
import { eventsSource } from "../system/workflow-source.ts";
import { countFigure, verdictFigures } from "./figures.ts";
import { openEvents } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const DEPLOYS = 200;
const ROLLBACK_EVERY = 5;
const EVENTS_A_SECOND = 200;
/** Sent a little faster than asked for: what the last ones wait for their answers counts too. */
const SENT_A_SECOND = 210;
const ROLLBACK_MS_MAX = 1_000;
/** Under load from the first deploy on: servers that have just started are another scenario. */
const WARM_UP_MS = 5_000;

export const deploys: Scenario = {
  name: "deploys",
  summary: "one version after the other under load, over two servers, with rollbacks between them",
  run: async ({ random, scale, say }) => {
    const wanted = Math.ceil(DEPLOYS * scale);
    await using system = await startSystem({ servers: 2 });
    await using client = await openEvents(system);
    const api = system.client();
    const { namespaceId } = system;
    const [{ id: workflowId } = { id: "" }] = (
      await api.listWorkflows({ params: { namespaceId }, query: {} })
    ).items;
    // Before the load: bundling is the author's machine's work, and this one has two cores.
    const versions: { version: string; prepared: Prepared }[] = [];
    for (let n = 2; n <= wanted + 1; n++) {
      const prepared = await prepareSource(eventsSource(system.sink.url, String(n)));
      versions.push({ version: String(n), prepared });
    }
    const startedMs = Date.now();
    const switches: Switch[] = [{ version: "1", startedMs: 0, doneMs: 0 }];
    const rollbacksMs: number[] = [];
    let isOver = false;
    const load = runSteadyLoad(client, {
      random,
      to: system.servers.map(({ url }) => url),
      perSecond: SENT_A_SECOND,
      weights: { ack: 1, handler: 1 },
      isOver: () => isOver,
    });
    await pause(WARM_UP_MS);
    for (const [n, { version, prepared }] of versions.entries()) {
      const before = switches.at(-1)!.version;
      await record(version, () => deployBundle(api, { namespaceId, workflowId, ...prepared, providers: {} }));
      if ((n + 1) % ROLLBACK_EVERY !== 0) continue;
      const beganAt = performance.now();
      await record(before, () => api.activateDeployment({ params: { namespaceId, workflowId }, body: {} }));
      rollbacksMs.push(performance.now() - beganAt);
      say(`version ${version}, rolled back in ${rollbacksMs.at(-1)!.toFixed(0)} ms`);
    }
    isOver = true;
    await load;
    const seconds = (Date.now() - startedMs) / 1_000;
    const evidence = await gatherEvidence(system, client.records);
    const answers = client.records.filter((record) => record.type === "answered");
    const gaps = answers.filter(({ status }) => status !== 200 && status !== 202);
    const odd = findOddVersions(evidence, switches);
    const slowest = Math.max(...rollbacksMs);
    return [
      countFigure("deploys", wanted, switches.length - 1 - rollbacksMs.length),
      countFigure("events a second", EVENTS_A_SECOND, Math.round(answers.length / seconds)),
      {
        what: `events in a gap, of ${answers.length}`,
        asked: "0",
        measured: String(gaps.length),
        isReached: gaps.length === 0,
      },
      {
        what: "of two versions, or of one that was not live",
        asked: "0",
        measured: [odd.length, ...odd.slice(0, 3)].join("; "),
        isReached: odd.length === 0,
      },
      {
        what: `slowest of ${rollbacksMs.length} rollbacks`,
        asked: `<= ${ROLLBACK_MS_MAX} ms`,
        measured: `${slowest.toFixed(0)} ms`,
        isReached: slowest <= ROLLBACK_MS_MAX,
      },
      ...verdictFigures(check(evidence)),
    ];

    async function record(version: string, switchOver: () => Promise<unknown>): Promise<void> {
      const begin = Date.now();
      await switchOver();
      switches.push({ version, startedMs: begin, doneMs: Date.now() });
    }
  },
};
