import { hasBubblewrap } from "../../apps/server/domain/runtimes/drivers/process/has-bubblewrap.ts";
import { behaviours } from "../hostile/behaviours/index.ts";
import { type HostileResult, runHostile } from "../hostile/hostile-run.ts";
import { LATE_MS_MAX } from "../hostile/try-behaviour.ts";
import { startSystem } from "../system/chaos-system.ts";
import { countFigure } from "./figures.ts";
import type { Figure, Scenario } from "./scenario.ts";

const MB = 1024 * 1024;
const BEHAVIOURS_MIN = 60;
const GROWN_BYTES_MAX = 50 * MB;

export const hostile: Scenario = {
  name: "hostile",
  summary:
    "handlers that loop, fill memory and disk, fork, flood, lie and die, beside a neighbour that is called on",
  missing: async () => (hasBubblewrap(process.env.PATH) ? undefined : "not found: bwrap (bubblewrap)"),
  run: async ({ say }) => {
    await using system = await startSystem();
    return hostileFigures(
      await runHostile(system, { behaviours, withTopLevels: true, warmUp: { runs: 2_000, deaths: 30 }, say }),
    );
  },
};

function hostileFigures({
  tried,
  grownBytes,
  residentBytes,
  greediest,
  neighbour,
  orphans,
}: HostileResult): Figure[] {
  const wrong = tried.filter((one) => one.wrong.length > 0);
  const examples = wrong.map(({ name, wrong }) => `\n    ${name}: ${wrong.join("; ")}`);
  const latest = tried.toSorted((a, b) => b.lateMs - a.lateMs)[0];
  const slowest = Math.max(0, ...tried.map(({ goneMs }) => goneMs));
  const most = greediest.map(({ name, bytes }) => `${name} ${Math.round(bytes / MB)}`).join(", ");
  return [
    countFigure("hostile behaviours", BEHAVIOURS_MIN, tried.length),
    {
      what: "not as the table says",
      asked: "0",
      measured: `${wrong.length}${examples.join("")}`,
      isReached: wrong.length === 0,
    },
    {
      what: "latest end past its deadline",
      asked: `<= ${LATE_MS_MAX} ms`,
      measured: `${Math.round(latest?.lateMs ?? 0)} ms (${latest?.name})`,
      isReached: (latest?.lateMs ?? 0) <= LATE_MS_MAX,
    },
    {
      what: "processes and control groups left behind",
      asked: "0",
      measured: `${orphans}; after each at most ${Math.round(slowest)} ms`,
      isReached: orphans === 0,
    },
    {
      what: "server's highest resident memory above its warm one",
      asked: `<= ${GROWN_BYTES_MAX / MB} MB`,
      measured: `${Math.round(grownBytes / MB)} MB above ${Math.round(residentBytes / MB)} MB (${most})`,
      isReached: grownBytes <= GROWN_BYTES_MAX,
    },
    {
      what: "neighbour's calls that failed",
      asked: "0",
      measured: `${neighbour.failed.length} of ${neighbour.asked} ${neighbour.failed.slice(0, 3).join(", ")}`,
      isReached: neighbour.failed.length === 0,
    },
    {
      what: "neighbour's slowest answer",
      asked: "-",
      measured: `${Math.round(neighbour.slowestMs)} ms`,
      isReached: true,
    },
  ];
}
