import type { Behaviour } from "../behaviour.ts";
import { answers } from "./answers.ts";
import { ends } from "./ends.ts";
import { files } from "./files.ts";
import { frames } from "./frames.ts";
import { leftovers } from "./leftovers.ts";
import { logs } from "./logs.ts";
import { loops } from "./loops.ts";
import { memory } from "./memory.ts";
import { processes } from "./processes.ts";
import { throws } from "./throws.ts";

/** Everything that a handler was thought to be able to do. */
export const behaviours: readonly Behaviour[] = [
  ...loops,
  ...memory,
  ...processes,
  ...ends,
  ...throws,
  ...answers,
  ...logs,
  ...frames,
  ...files,
  ...leftovers,
];
