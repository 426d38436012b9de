import { isCentrifugoInstalled } from "../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import { BellListener } from "../../apps/server/testing/bell-listener.ts";
import { pause } from "../eventually.ts";
import type { Fault } from "../nemesis/fault.ts";
import { openBroker } from "../system/chaos-broker.ts";
import { startSystem } from "../system/chaos-system.ts";
import { countFigure, endsFigure, verdictFigures } from "./figures.ts";
import { longestSilence, runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const RESTARTS = 40;
const EVENTS = 2_000;
const WATCHERS = 5;
const HEARS_WITHIN_MS = 30_000;
/** Nothing that takes an event waits for the broker; a collection of garbage may take its time. */
const SILENCE_MS_MAX = 5_000;

export const brokers: Scenario = {
  name: "brokers",
  summary: "the broker killed and started again with nothing of what it knew, two servers, people who watch",
  missing: async () => (isCentrifugoInstalled ? undefined : "not found: centrifugo"),
  run: async ({ random, scale, say }) => {
    const restarts = Math.ceil(RESTARTS * scale);
    await using broker = await openBroker();
    await using system = await startSystem({ servers: 2, env: broker.env });
    const { namespaceId } = system;
    using watchers = new DisposableStack();
    const listeners: BellListener[] = [];
    for (let n = 0; n < WATCHERS; n++) {
      const open = () => system.client().openLive({ params: { namespaceId } });
      listeners.push(watchers.use(await BellListener.open(await open(), open)));
    }
    const restart: Fault = { name: "restart broker", isKill: true, strike: () => broker.restart() };
    const result = await runMixedLoad(system, {
      random,
      faults: Array.from({ length: restarts }, () => restart),
      calmMs: { low: 200, high: 1_500 },
      acknowledgedMin: EVENTS * scale,
      say,
    });
    // Each goes on listening by itself, with a pause that grows with each try that failed.
    const params = { namespaceId, executionId: result.evidence.executions[0]!.id };
    const deaf = new Map(listeners.map((listener) => [listener, listener.bells.length]));
    for (const until = Date.now() + HEARS_WITHIN_MS; deaf.size > 0 && Date.now() < until; ) {
      await system.client().replayExecution({ params, body: {} });
      await pause(1_000);
      for (const [listener, before] of deaf)
        if (listener.bells.slice(before).some(({ kind }) => kind === "executions")) deaf.delete(listener);
    }
    const silenceMs = longestSilence(result.evidence.ledger);
    return [
      countFigure("restarts", restarts, result.struck.length),
      countFigure("events acknowledged", EVENTS * scale, result.acknowledged),
      {
        what: "longest time without an acknowledgement",
        asked: `<= ${SILENCE_MS_MAX / 1_000} s`,
        measured: `${(silenceMs / 1_000).toFixed(1)} s`,
        isReached: silenceMs <= SILENCE_MS_MAX,
      },
      countFigure("watchers who hear of runs after it", WATCHERS, WATCHERS - deaf.size),
      ...verdictFigures(result.verdicts),
      endsFigure(result.evidence.executions),
    ];
  },
};
