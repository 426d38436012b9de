import { join } from "node:path";
import type { FlowwServer } from "../programs.ts";
import { median, type Row } from "../row.ts";

const RUNS = 7;
const hello = join(import.meta.dirname, "../../examples/hello");

/** `floww deploy`, the whole process: from its start to its end. */
export async function deployTime(server: FlowwServer): Promise<Row> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await server.cli(["deploy", hello, "--yes", "--json"]);
    times.push(performance.now() - startedAt);
  }
  const ms = median(times);
  return {
    what: "`floww deploy`, small workflow, start to live",
    reach: "<= 1.5 s",
    figure: `${(ms / 1000).toFixed(2)} s`,
    isReached: ms <= 1_500,
  };
}
