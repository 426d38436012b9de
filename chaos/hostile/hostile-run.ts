import { peakOf, residentOf, startPeak } from "../../apps/server/testing/memory-peak.ts";
import { eventually, pause } from "../eventually.ts";
import type { ChaosSystem } from "../system/chaos-system.ts";
import { deploySource } from "../system/deploy-source.ts";
import type { Behaviour } from "./behaviour.ts";
import { call, startProbe } from "./caller.ts";
import { Sandboxes } from "./sandboxes.ts";
import { tryTopLevels } from "./top-levels.ts";
import { type HostileTarget, type Tried, tryBehaviour } from "./try-behaviour.ts";
import { AGAIN, hostileSource, NEIGHBOUR_SOURCE } from "./workflow-source.ts";

export interface HostileResult {
  tried: Tried[];
  /** Of the server, above what it held when it was warm; by the kernel's own count of the highest. */
  grownBytes: number;
  residentBytes: number;
  /** The behaviours under which the server's memory grew most, for a reader. */
  greediest: { name: string; bytes: number }[];
  neighbour: { asked: number; failed: string[]; slowestMs: number };
  /** Processes and control groups that outlived the server. */
  orphans: number;
}

export interface HostileOptions {
  behaviours: readonly Behaviour[];
  /** Also code that never comes to declare anything. */
  withTopLevels?: boolean;
  /** Harmless runs, and deaths of their processes, before anything is measured: what a server holds that has been at work. */
  warmUp: { runs: number; deaths: number };
  say?(text: string): void;
}

const ORPHANS_END_MS_MAX = 3_000;

/** Tries them one after the other against the system's only server, which has ended when this resolves. */
export async function runHostile(
  system: ChaosSystem,
  { behaviours, withTopLevels = false, warmUp, say = () => undefined }: HostileOptions,
): Promise<HostileResult> {
  const { namespaceId } = system;
  const [client, server] = [system.client(), system.servers[0]!];
  const serverPid = server.pid!;
  const sandboxes = new Sandboxes(serverPid);
  const neighbour = await deploySource(client, { namespaceId, name: "neighbour", source: NEIGHBOUR_SOURCE });
  const neighbourUrl = neighbour.triggers[0]!.url!;
  const source = hostileSource(behaviours);
  const { workflowId, triggers } = await deploySource(client, { namespaceId, name: "hostile", source });
  const someUrl = triggers.find(({ url }) => url?.endsWith(`/${AGAIN}`))!.url!;
  const webhookUrl = someUrl.slice(0, -AGAIN.length - 1);
  const target: HostileTarget = {
    ...{ client, namespaceId, workflowId, webhookUrl, sandboxes },
    sandboxesAtRest: 3,
  };
  for (let run = 0; run < warmUp.runs; run++) await call(run % 2 === 0 ? someUrl : neighbourUrl);
  for (let round = 0; round < warmUp.deaths; round++) await tryBehaviour(target, HARMLESS);
  await eventually(async () => ((await sandboxes.list()).length === 3 ? true : undefined));
  await pause(1_000);
  const residentBytes = await residentOf(serverPid);
  const probe = startProbe(neighbourUrl);
  const tried: Tried[] = [];
  const peaks: HostileResult["greediest"] = [];
  try {
    for (const behaviour of behaviours) {
      await startPeak(serverPid);
      const result = await tryBehaviour(target, behaviour);
      peaks.push({ name: behaviour.name, bytes: (await peakOf(serverPid)) - residentBytes });
      tried.push(result);
      const { name, lateMs, goneMs, wrong } = result;
      const grown = Math.round(peaks.at(-1)!.bytes / 1024 / 1024);
      say(
        `${name}: ${Math.round(lateMs)} ms past its deadline, gone ${Math.round(goneMs)} ms later, server + ${grown} MB, neighbour ${Math.round(probe.takeSlowestMs())} ms` +
          wrong.map((text) => `\n    ${text}`).join(""),
      );
      const lastWords = await server.lastWords();
      if (lastWords !== undefined) throw new RangeError(`The server ended under ${name}:\n${lastWords}`);
    }
    if (withTopLevels) {
      await startPeak(serverPid);
      tried.push(...(await tryTopLevels(target)));
      peaks.push({ name: "top-levels", bytes: (await peakOf(serverPid)) - residentBytes });
    }
  } finally {
    await probe[Symbol.asyncDispose]();
  }
  await server.stop();
  const orphans = await countOrphans(sandboxes);
  const greediest = peaks.toSorted((a, b) => b.bytes - a.bytes);
  return {
    ...{ tried, residentBytes, orphans, greediest: greediest.slice(0, 3) },
    grownBytes: greediest[0]?.bytes ?? 0,
    neighbour: { asked: probe.asked, failed: probe.failed, slowestMs: probe.slowestMs },
  };
}

/** What still is there when everything had the time to end. */
async function countOrphans(sandboxes: Sandboxes): Promise<number> {
  const count = async () => {
    const [left, groups] = await Promise.all([sandboxes.list(), sandboxes.listGroups()]);
    return left.flatMap(({ pids }) => pids).length + groups.length;
  };
  return eventually(async () => ((await count()) === 0 ? 0 : undefined), ORPHANS_END_MS_MAX).catch(count);
}

const HARMLESS: Behaviour = { name: AGAIN, ends: "completed", run: () => "again" };
