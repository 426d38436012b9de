import { brokers } from "./brokers.ts";
import { clock } from "./clock.ts";
import { cron } from "./cron.ts";
import { deploys } from "./deploys.ts";
import { duplicates } from "./duplicates.ts";
import { failPointKills } from "./fail-points.ts";
import { fullDisks } from "./full-disk.ts";
import { hostile } from "./hostile.ts";
import { mixed } from "./mixed.ts";
import { mutantHunts } from "./mutant-hunts.ts";
import { outages } from "./outages.ts";
import type { Scenario } from "./scenario.ts";
import { steps } from "./steps.ts";

/** All that `npm run chaos` knows, in the order in which the long profile runs them. */
export const scenarios: readonly Scenario[] = [
  mixed,
  failPointKills,
  steps,
  outages,
  brokers,
  fullDisks,
  clock,
  duplicates,
  cron,
  deploys,
  hostile,
  mutantHunts,
];
