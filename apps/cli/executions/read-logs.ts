import type { RouteAnswer, Routes } from "@floww/contract/api";
import type { Session } from "../session.ts";
import type { LogLine } from "./print-execution.ts";

export type Execution = RouteAnswer<Routes["listExecutions"]>["items"][number];

/** Every line of one attempt after `after`, by default of the newest that has any: the server answers in pieces. */
export async function readLogs(
  { client, namespace }: Pick<Session, "client" | "namespace">,
  executionId: string,
  { after = -1, attempt }: { after?: number; attempt?: number } = {},
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const params = { namespaceId: namespace.id, executionId };
  for (let last = after; ; ) {
    const { items } = await client.listExecutionLogs({ params, query: { after: last, attempt } });
    if (items.length === 0) return lines;
    lines.push(...items);
    last = items.at(-1)!.sequence;
  }
}

/** The lines of the latest executions, oldest first. */
export async function readLatestLogs(
  session: Session,
  { workflowId, limit }: { workflowId: string | undefined; limit: number },
): Promise<{ executions: Execution[]; lines: LogLine[] }> {
  const query = { limit, ...(workflowId === undefined ? {} : { workflowId }) };
  const { items } = await session.client.listExecutions({
    params: { namespaceId: session.namespace.id },
    query,
  });
  const executions = items.toReversed();
  const lines = await Promise.all(executions.map(({ id }) => readLogs(session, id)));
  return { executions, lines: lines.flat() };
}
