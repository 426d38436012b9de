import { fileURLToPath } from "node:url";
import { buildDashboard } from "../../tools/start/build-dashboard.mjs";
import { buildExecutor } from "../../tools/start/build-executor.mjs";

/** Runs once before all tests: what every suite that starts a runtime, or looks at a screen, needs. */
export default async function setup(): Promise<void> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  await Promise.all([buildExecutor(root), buildDashboard(root)]);
}
