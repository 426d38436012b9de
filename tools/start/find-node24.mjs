import { existsSync } from "node:fs";
import { join } from "node:path";

const MAJOR = 24;

/**
 * The Node binary our TypeScript runs under: the one pinned in the lock file, else the running one when it is new
 * enough. Call it after the installation: before it there is no pinned binary.
 */
export function findNode24(root) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const binary = process.platform === "win32" ? "node.exe" : "node";
  const pinned = join(root, "node_modules", `node-${platform}-${process.arch}`, "bin", binary);
  if (existsSync(pinned)) return { path: pinned };
  if (Number(process.versions.node.split(".")[0]) >= MAJOR) return { path: process.execPath };
  return {
    problem:
      `No Node ${MAJOR} for ${process.platform}-${process.arch}: there is no pinned package for this platform, and ` +
      `this is Node ${process.versions.node}. Install Node ${MAJOR} or newer (https://nodejs.org) and run this again.`,
  };
}
