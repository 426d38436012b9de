import type { ErrorCode } from "@floww/contract/errors";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { deployBundle } from "../../apps/cli/project/deploy-bundle.ts";
import { bundleSource, prepareSource } from "../system/deploy-source.ts";
import { type HostileTarget, LATE_MS_MAX, type Tried, waitUntilGone } from "./try-behaviour.ts";
import { NEIGHBOUR_SOURCE } from "./workflow-source.ts";

/** Code that never comes to declare anything: its deploy is refused, with this code. */
const TOP_LEVELS: readonly { name: string; code: ErrorCode; source: string }[] = [
  {
    name: "top-level-never-ends",
    code: "ENUMERATE_TIMEOUT",
    source: "await new Promise(() => setInterval(() => 0, 1000));",
  },
  { name: "top-level-loop", code: "ENUMERATE_TIMEOUT", source: "for (;;);" },
  { name: "top-level-exit", code: "PROCESS_EXITED", source: "process.exit(0);" },
  { name: "top-level-throw", code: "IMPORT_FAILED", source: "throw null;" },
  {
    name: "top-level-kill",
    code: "RUNTIME_UNAVAILABLE",
    source: 'process.kill(process.pid, "SIGKILL"); await new Promise(() => 0);',
  },
  {
    name: "top-level-memory",
    code: "OUT_OF_MEMORY",
    source: "const kept = []; for (;;) kept.push(Buffer.alloc(32 * 1024 * 1024, 1));",
  },
];

/** Deploys each of them with the manifest of something harmless: the server is the one that has to find out. */
export async function tryTopLevels(target: HostileTarget): Promise<Tried[]> {
  const { client, namespaceId, workflowId } = target;
  const { manifest } = await prepareSource(NEIGHBOUR_SOURCE);
  const tried: Tried[] = [];
  for (const { name, code, source } of TOP_LEVELS) {
    const bundle = await bundleSource(`${source}\n${NEIGHBOUR_SOURCE}`);
    const beganAt = performance.now();
    const refused = await deployBundle(client, {
      namespaceId,
      workflowId,
      bundle,
      manifest,
      providers: {},
    }).then(
      () => "live",
      (error: unknown) => (error instanceof FlowwError ? error.code : String(error)),
    );
    const lateMs = performance.now() - beganAt - limits.enumerateMs;
    const gone = await waitUntilGone(target);
    const wrong = [
      ...(refused === code ? [] : [`its deploy was ${refused}, not ${code}`]),
      ...(lateMs <= LATE_MS_MAX ? [] : [`it was refused ${Math.round(lateMs)} ms after its deadline`]),
      ...gone.wrong,
    ];
    tried.push({ name, wrong, lateMs, goneMs: gone.tookMs });
  }
  return tried;
}
