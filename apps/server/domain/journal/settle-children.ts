import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { encodeValue } from "@floww/sdk/value-codec";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Database } from "../../platform/db/database.ts";
import { ExecutionState, executionStateName } from "../executions/states.ts";
import { type Settlement, settleWait } from "./settle-wait.ts";

interface EndedChild {
  childId: string;
  namespaceId: string;
  executionId: string;
  key: Buffer;
  state: number;
  output: Buffer | null;
  outputArtifact: string | null;
  error: Buffer | null;
}

const BATCH = 100;

/** Tells runs what became of those that they invoked and wait for. Resolves with how many were told. */
export async function settleChildren({
  database,
  artifacts,
}: {
  database: Database;
  artifacts: ArtifactStore;
}): Promise<number> {
  // Each second, and nearly always for nothing: by the key of the few that are waited for, never over all executions.
  const ended = await database.query<EndedChild>(
    `select child.id as "childId", w.namespace_id as "namespaceId", w.execution_id as "executionId", w.key, child.state,
       child.output, child.output_artifact as "outputArtifact", child.error
     from journal_waits w cross join lateral (
       select * from executions where id = w.child_id and state >= ${ExecutionState.completed} offset 0) as child
     where w.child_id is not null limit ${BATCH}`,
  );
  for (const child of ended.rows) {
    const settlement = {
      executionId: child.executionId,
      key: child.key,
      ...(await outcomeOf(child, artifacts)),
    };
    await database.transaction(async (transaction) => {
      if (await settleWait(transaction, settlement)) return;
      // Nobody waits for it any more.
      await transaction.query("delete from journal_waits where child_id = $1", [child.childId]);
    });
  }
  return ended.rows.length;
}

async function outcomeOf(
  child: EndedChild,
  artifacts: ArtifactStore,
): Promise<Pick<Settlement, "value" | "error">> {
  if (child.state !== ExecutionState.completed) {
    const { code, message } = JSON.parse(child.error?.toString("utf8") ?? "{}") as Record<string, unknown>;
    const said = code === undefined ? "" : ` (${String(code)}: ${String(message)})`;
    const name = formatId("execution", child.childId);
    const failed = new FlowwError(
      "CHILD_FAILED",
      `The invoked execution ${name} ended as ${executionStateName(child.state)}${said}.`,
    );
    return { error: { code: failed.code, name: "FlowwError", message: failed.message } };
  }
  const output =
    child.outputArtifact === null
      ? child.output
      : await artifacts.get(child.namespaceId, child.outputArtifact);
  return { value: encodeValue(output === null ? undefined : dataOf(Buffer.from(output).toString("utf8"))) };
}

/** What it returned, as its caller would read it: JSON where it is JSON. */
function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
