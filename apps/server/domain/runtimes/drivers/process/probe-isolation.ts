import { ExecutorProcess } from "@floww/executor/host";
import type { SpawnExecutor } from "./spawn-executor.ts";

/**
 * Starts one sandbox for real and looks around from inside. @returns what is not as it has to be; undefined when all is
 */
export async function findLeak(spawn: SpawnExecutor, executorFile: string): Promise<string | undefined> {
  const { child, ...surroundings } = spawn();
  const executor = new ExecutorProcess(child, surroundings);
  try {
    const manifest = await executor.load(probeTarget(executorFile), "enumerate");
    const { triggers } = manifest as { triggers: { key: string }[] };
    const leaks = JSON.parse(triggers[0]!.key) as string[];
    return leaks.length === 0 ? undefined : `Seen from inside: ${leaks.join(", ")}.`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    executor.kill();
    await executor.closed;
  }
}

function probeTarget(executorFile: string) {
  return {
    namespaceId: "",
    workflowId: "",
    deploymentId: "",
    bundle: async () => ({ code: Buffer.from(probeCode(executorFile)), map: Buffer.alloc(0) }),
    env: async () => ({}),
  };
}

/** A bundle that says what it can see as the key of its only trigger. */
function probeCode(executorFile: string): string {
  return `
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
const works = (attempt) => { try { return attempt() !== false; } catch { return false; } };
const leaks = Object.entries({
  "the server's environment": works(() => readFileSync("/proc/1/environ").length > 0),
  "other processes": works(() => readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).length > 2),
  "the server's files": existsSync(${JSON.stringify(executorFile)}),
  "a writable root": works(() => writeFileSync("/probe", "")),
  "the machine's network": Object.keys(networkInterfaces()).some((name) => name !== "lo"),
  "no private /tmp": !works(() => writeFileSync("/tmp/probe", "")),
}).filter(([, isSo]) => isSo).map(([what]) => what);
globalThis[Symbol.for("floww.abi.1")].registrations.push({
  provider: { type: "builtin", alias: "default" }, type: "onManual", key: JSON.stringify(leaks), input: {},
  run: async () => undefined,
});
`;
}
