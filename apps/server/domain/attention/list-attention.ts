import type { attentionItem } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { Queryable } from "../../platform/db/database.ts";
import { listDeadLetters, listRunsHeld } from "../executions/attention.ts";
import { JournalKindNumber } from "../journal/states.ts";
import { countWaits } from "../journal/store.ts";
import { listTroubledProviders } from "../providers/list-troubled.ts";
import { listPausedWorkflows } from "../workflows/store.ts";

type Item = z.input<typeof attentionItem>;

const ITEMS_MAX = 100;

/**
 * What a person should look at: first what fails by itself from now on, then what is held up, then what has happened, and
 * last what somebody has decided.
 */
export async function listAttention(database: Queryable, namespaceId: string): Promise<Item[]> {
  const [troubled, held, dead, approvals, paused] = await Promise.all([
    listTroubledProviders(database, namespaceId, ITEMS_MAX),
    listRunsHeld(database, namespaceId, ITEMS_MAX),
    listDeadLetters(database, namespaceId, ITEMS_MAX),
    countWaits(database, namespaceId, JournalKindNumber.approval),
    listPausedWorkflows(database, namespaceId, ITEMS_MAX),
  ]);
  const items: Item[] = [
    ...troubled.failing.map(({ failure, ...row }) => ({
      kind: "provider_failing" as const,
      ...named(row),
      failure,
    })),
    ...troubled.registrations.map(({ failure, target, ...row }) => ({
      kind: "registration_failing" as const,
      ...named(row),
      target,
      failure,
    })),
    ...troubled.ending.map(({ endsAt, ...row }) => ({
      kind: "credential_ending" as const,
      ...named(row),
      endsAt: endsAt.toISOString(),
    })),
    ...held.map(({ count, ...row }) => ({ kind: "runs_held" as const, ...named(row), count })),
    ...dead.map(({ workflowId, name, count }) => ({
      kind: "dead_letters" as const,
      workflowId: formatId("workflow", workflowId),
      name,
      count,
    })),
    ...(approvals === 0 ? [] : [{ kind: "approvals_waiting" as const, count: approvals }]),
    ...paused.map(({ id, name, pausedAt }) => ({
      kind: "workflow_paused" as const,
      workflowId: formatId("workflow", id),
      name,
      since: pausedAt.toISOString(),
    })),
  ];
  return items.slice(0, ITEMS_MAX);
}

function named({ providerId, type, alias }: { providerId: string; type: string; alias: string }) {
  return { providerId: formatId("provider", providerId), name: `${type} (${alias})` };
}
