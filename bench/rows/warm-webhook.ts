import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type FlowwServer, load, startProgram } from "../programs.ts";
import type { Row } from "../row.ts";
import { median } from "../row.ts";

const ROUNDS = 5;
const ROUND_MS = 3_000;
/** A server is compiled by what it does: its last functions some 25,000 requests after its start, and the small limit program's long before. */
const WARM_UP_MS = 8_000;
/** 1 kB of JSON in, parsed, small JSON out. */
const BODY = JSON.stringify({ name: "Ada", filler: "x".repeat(990) });

/** The same webhook on Floww, on the limit program, and on raw node:http, in paired rounds. */
export async function warmWebhook(server: FlowwServer, url: string): Promise<Row[]> {
  const password = (await readFile(join(server.home, "postgres", "password"), "utf8")).trim();
  await using limit = await startProgram("bench/limit/main.ts", [
    join(server.home, "postgres", "run"),
    password,
  ]);
  await using raw = await startProgram("bench/raw/main.ts");
  const rows: Row[] = [];
  for (const connections of [10, 64]) {
    const ratios: number[] = [];
    const seen: { floww: number[]; limit: number[]; raw: number[]; p50: number[] } = {
      floww: [],
      limit: [],
      raw: [],
      p50: [],
    };
    // One round that is not counted.
    for (let round = -1; round < ROUNDS; round++) {
      const options = { connections, ms: round < 0 ? WARM_UP_MS : ROUND_MS, body: BODY };
      const theirs = await load(limit.url, options);
      const ours = await load(url, options);
      const bare = await load(raw.url, options);
      if (ours.failures + theirs.failures > 0)
        throw new RangeError(`answers failed: ${ours.failures} ours, ${theirs.failures} theirs`);
      if (round < 0) continue;
      ratios.push(ours.perSecond / theirs.perSecond);
      seen.floww.push(ours.perSecond);
      seen.limit.push(theirs.perSecond);
      seen.raw.push(bare.perSecond);
      seen.p50.push(ours.p50);
    }
    rows.push({
      what: `warm sync webhook, ${connections} connections`,
      reach: ">= 0.75 of the limit program",
      figure: `${median(ratios).toFixed(2)} (${median(seen.floww)}/s; limit ${median(seen.limit)}/s; raw ${median(seen.raw)}/s; p50 ${median(seen.p50).toFixed(1)} ms)`,
      isReached: median(ratios) >= 0.75,
    });
  }
  return rows;
}
