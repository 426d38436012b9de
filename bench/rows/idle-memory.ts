import { readFile } from "node:fs/promises";
import type { FlowwServer } from "../programs.ts";
import type { Row } from "../row.ts";

const MB = 1024 * 1024;
const PAGE = 4096;

/** The server process alone, after its start and before any load. */
export async function idleMemory(server: FlowwServer): Promise<Row> {
  const statm = await readFile(`/proc/${server.process.pid}/statm`, "utf8");
  const bytes = Number(statm.split(" ")[1]) * PAGE;
  return {
    what: "server idle, without PostgreSQL",
    reach: "<= 160 MB RSS",
    figure: `${Math.round(bytes / MB)} MB`,
    isReached: bytes <= 160 * MB,
  };
}
