import { fileURLToPath } from "node:url";
import { buildExecutor } from "../../tools/start/build-executor.mjs";

/** Runs once before all tests: what every suite that starts a runtime needs. */
export default async function setup(): Promise<void> {
  await buildExecutor(fileURLToPath(new URL("../..", import.meta.url)));
}
