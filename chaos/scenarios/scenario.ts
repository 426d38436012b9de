import type { Random } from "../random.ts";

/** One line of the table: what was measured against what is asked. */
export interface Figure {
  what: string;
  asked: string;
  measured: string;
  isReached: boolean;
}

export interface ScenarioContext {
  random: Random;
  /** 1 is the size that is asked for; a smaller one says so in its table. */
  scale: number;
  /** What happens, for a person who watches. */
  say(text: string): void;
}

/** A named run of the harness. A scenario that finds something red says so in its figures. */
export interface Scenario {
  name: string;
  summary: string;
  /** Why it cannot run on this machine; undefined when it can. */
  missing?(): Promise<string | undefined>;
  run(context: ScenarioContext): Promise<Figure[]>;
}
