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

/**
 * Tells runs what became of those that they invoked and wait for. Resolves with how many were told. One whose result cannot
 * be read now holds up nobody else, and is looked at again.
 */
export async function settleChildren({
  database,
  artifacts,
  report,
}: {
  database: Database;
  artifacts: ArtifactStore;
  report(error: unknown): void;
}): Promise<number> {
  // Each second, and nearly always for nothing: by the key of the few that are waited for, never over all executions.
  const ended = await database.query<EndedChild>(
    `select child.id as "childId", w.namespace_id as "namespaceId", w.execution_id as "executionId", w.key, child.state,
       child.output, child.output_artifact as "outputArtifact", child.error
     from journal_waits w cross join lateral (
       select * from executions where id = w.child_id and state >= ${ExecutionState.completed} offset 0) as child
     where w.child_id is not null limit ${BATCH}`,
  );
  let told = 0;
  for (const child of ended.rows) {
    const outcome = await outcomeOf(child, artifacts).catch((error: unknown) => {
      report(error);
      return undefined;
    });
    if (outcome === undefined) continue;
    const settlement = { executionId: child.executionId, key: child.key, ...outcome };
    told++;
    await database.transaction(async (transaction) => {
      if (await settleWait(transaction, settlement)) return;
      // Nobody waits for it any more.
      await transaction.query("delete from journal_waits where child_id = $1", [child.childId]);
    });
  }
  return told;
}

async function outcomeOf(
  child: EndedChild,
  artifacts: ArtifactStore,
): Promise<Pick<Settlement, "value" | "error">> {
  if (child.state !== ExecutionState.completed) {
    const { code, message } = JSON.parse(child.error?.toString("utf8") ?? "{}") as Record<string, unknown>;
    const said = code === undefined ? "" : ` (${String(code)}: ${String(message)})`;
    return failureOf(child, `ended as ${executionStateName(child.state)}${said}.`);
  }
  const output =
    child.outputArtifact === null
      ? child.output
      : await artifacts.get(child.namespaceId, child.outputArtifact);
  const text = output === null ? undefined : Buffer.from(output).toString("utf8");
  try {
    return { value: encodeValue(text === undefined ? undefined : dataOf(text)) };
  } catch (error) {
    return failureOf(child, `has a result that cannot be handed on: ${(error as Error).message}`);
  }
}

function failureOf({ childId }: EndedChild, what: string): Pick<Settlement, "error"> {
  const message = `The invoked execution ${formatId("execution", childId)} ${what}`;
  const { code } = new FlowwError("CHILD_FAILED", message);
  return { error: { code, name: "FlowwError", message } };
}

/** What it returned, as its caller would read it: JSON where it is JSON. */
function dataOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
