import { fileURLToPath } from "node:url";

/** The executor, built to one file; it lies beside the built command line, and in packages/ in the repository. */
export const executorFile = fileURLToPath(
  new URL("../../packages/executor/dist/executor.mjs", import.meta.url),
);
