import type { Client } from "@floww/contract/api";
import type { SinkRecord } from "../ledger/records.ts";

/** What the public API says of one execution. */
export interface RecordedExecution {
  id: string;
  status: string;
  /** 0 while it waits for its first start. */
  attempt: number;
  createdMs: number;
  /** Of the newest attempt. */
  startedMs?: number;
  finishedMs?: number;
  errorCode?: string;
  errorMessage?: string;
  /** The event, where that had to be looked up. */
  about?: string;
  replayOf?: string;
  /** The attempt whose answer is recorded, where that had to be looked up. */
  answeredBy?: number;
}

type Listed = Awaited<ReturnType<Client["listExecutions"]>>["items"][number];

const PAGE = 500;
const LOOK_UPS_AT_ONCE = 8;

export async function listRecorded(client: Client, namespaceId: string): Promise<RecordedExecution[]> {
  const found: RecordedExecution[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page = await client.listExecutions({ params: { namespaceId }, query });
    found.push(...page.items.map(recorded));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}

/** How many are not over yet, up to a page of each kind. */
export async function countUnfinished(client: Client, namespaceId: string): Promise<number> {
  let count = 0;
  for (const status of ["received", "started", "waiting"] as const) {
    const { items } = await client.listExecutions({
      params: { namespaceId },
      query: { status, limit: PAGE },
    });
    count += items.length;
  }
  return count;
}

/**
 * Asks for the details that a list does not show, where they matter: the event of those that never reported, whose answer
 * it is of those that were started again, and what a replay replays.
 */
export async function lookUp(
  client: Client,
  namespaceId: string,
  { executions, sink }: { executions: RecordedExecution[]; sink: readonly SinkRecord[] },
): Promise<void> {
  const eventOf = new Map(sink.map(({ execution, id }) => [execution, id]));
  const perEvent = new Map<string, number>();
  for (const id of new Set(sink.map(({ id, execution }) => `${id} ${execution}`)))
    perEvent.set(id.split(" ")[0]!, (perEvent.get(id.split(" ")[0]!) ?? 0) + 1);
  const isUnclear = ({ id, attempt }: RecordedExecution) =>
    !eventOf.has(id) || attempt > 1 || perEvent.get(eventOf.get(id)!)! > 1;
  const unclear = executions.filter(isUnclear);
  const workers = Array.from({ length: LOOK_UPS_AT_ONCE }, async () => {
    for (let next = unclear.pop(); next !== undefined; next = unclear.pop())
      Object.assign(next, await readDetail(client, namespaceId, next.id));
  });
  await Promise.all(workers);
}

async function readDetail(
  client: Client,
  namespaceId: string,
  executionId: string,
): Promise<Partial<RecordedExecution>> {
  const { input, output, replayOf, event } = await client.getExecution({
    params: { namespaceId, executionId },
  });
  const about = event.type === "cron" ? undefined : (jsonOf(input)?.id as string | undefined);
  const answeredBy = jsonOf(output)?.attempt as number | undefined;
  return {
    ...(about === undefined ? {} : { about }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
    ...(replayOf === undefined ? {} : { replayOf }),
  };
}

function jsonOf(content: { kind: string; value: unknown } | undefined): Record<string, unknown> | undefined {
  return content?.kind === "json" ? (content.value as Record<string, unknown>) : undefined;
}

function recorded({
  id,
  status,
  attempt,
  createdAt,
  startedAt,
  finishedAt,
  error,
}: Listed): RecordedExecution {
  return {
    id,
    status,
    attempt,
    createdMs: Date.parse(createdAt),
    ...(startedAt === undefined ? {} : { startedMs: Date.parse(startedAt) }),
    ...(finishedAt === undefined ? {} : { finishedMs: Date.parse(finishedAt) }),
    ...(error === undefined ? {} : { errorCode: error.code, errorMessage: error.message }),
  };
}
