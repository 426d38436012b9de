import { randomUUID } from "node:crypto";
import { check } from "../checker/check.ts";
import { gatherEvidence } from "../checker/gather-evidence.ts";
import { sendCopies } from "../ledger/load.ts";
import { startSystem } from "../system/chaos-system.ts";
import { verdictFigures } from "./figures.ts";
import { openEvents } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const IDS = 10_000;
const COPIES = 10;
const CALLERS = 8;

export const duplicates: Scenario = {
  name: "duplicates",
  summary: "ten copies at once of every event, over two servers",
  run: async ({ random, scale, say }) => {
    const wanted = Math.ceil(IDS * scale);
    await using system = await startSystem({ servers: 2 });
    await using client = await openEvents(system);
    let left = wanted;
    const to = system.servers.map(({ url }) => url);
    const callers = Array.from({ length: CALLERS }, async () => {
      while (left-- > 0) {
        const id = randomUUID();
        await sendCopies(client, { id, to, random, copies: COPIES }, { isOver: () => true });
      }
    });
    await Promise.all(callers);
    const answers = client.records.filter((record) => record.type === "answered");
    const refused = answers.filter(({ status }) => status !== 202);
    say(`${answers.length} answers`);
    const evidence = await gatherEvidence(system, client.records);
    const { length } = evidence.executions;
    return [
      { what: "executions", asked: String(wanted), measured: String(length), isReached: length === wanted },
      {
        what: `copies answered otherwise than with the first one's execution, of ${answers.length}`,
        asked: "0",
        measured: String(refused.length),
        isReached: refused.length === 0,
      },
      ...verdictFigures(check(evidence)),
    ];
  },
};
