import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const besideUs = at("./executor.cjs");

/** The executor, built to one file: beside the built command line, and in packages/ in the repository. */
export const executorFile = existsSync(besideUs) ? besideUs : at("../../packages/executor/dist/executor.cjs");
