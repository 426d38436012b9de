import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { AdvanceContext } from "../../domain/deliveries/replays/advance-replay.ts";
import { replayNow } from "../../domain/deliveries/replays/advance-replay.ts";
import { keepInput } from "../../domain/deliveries/replays/edited-input.ts";
import {
  getRecorded,
  planDeliveryReplay,
  planExecutionReplay,
} from "../../domain/deliveries/replays/plan-replay.ts";
import { presentReplay } from "../../domain/deliveries/replays/present.ts";
import { countSelected, listSelected } from "../../domain/deliveries/replays/select-items.ts";
import {
  cancelReplay,
  countRunning,
  findReplay,
  insertReplay,
  listReplays,
} from "../../domain/deliveries/replays/store.ts";
import { findDelivery } from "../../domain/deliveries/store.ts";
import { verdictName } from "../../domain/deliveries/verdicts.ts";
import { LIST_MS_MAX } from "../../domain/executions/listing/list-executions.ts";
import { executionStateName } from "../../domain/executions/states.ts";
import { readWithin } from "../../platform/db/read-within.ts";
import { newUuid, uuidInstantMs } from "../../platform/uuid-v7.ts";
import { readCursor, toPage } from "../page.ts";
import { readSelection } from "../read-selection.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled =
  | "previewReplay"
  | "createReplay"
  | "listReplays"
  | "getReplay"
  | "cancelReplay"
  | "replayExecution"
  | "replayDelivery";

const SAMPLE = 10;

export const replayHandlers: Pick<RouteHandlers, Handled> = {
  previewReplay: async ({ body }, { context, namespace }) => {
    const selection = await readSelection(context.database, namespace.id, body);
    const isDelivery = selection.kind === "deliveries";
    const [total, items] = await Promise.all([
      countSelected(context.database, selection),
      readWithin(context.database, LIST_MS_MAX, (transaction) =>
        listSelected(transaction, selection, { limit: SAMPLE }),
      ),
    ]);
    const sample = items.map(({ id, state }) => ({
      id: formatId(isDelivery ? "delivery" : "execution", id),
      at: new Date(uuidInstantMs(id)).toISOString(),
      state: isDelivery ? verdictName(state) : executionStateName(state),
    }));
    return { total, sample };
  },

  createReplay: async ({ body }, { context, namespace, principal }) => {
    const selection = await readSelection(context.database, namespace.id, body);
    if ((await countRunning(context.database, namespace.id)) >= limits.replaysRunningMax)
      throw new FlowwError("STATE_CONFLICT", `${limits.replaysRunningMax} replays are under way already.`, {
        fix: "Wait for one of them to end, or cancel one.",
      });
    const row = await insertReplay(context.database, {
      id: newUuid(),
      namespaceId: namespace.id,
      selection,
      isOriginal: body.deployment === "original",
      edited: await keepInput(context.artifacts, namespace.id, body.input),
      rate: body.rate,
      total: await countSelected(context.database, selection),
      createdBy: principal.name,
    });
    return presentReplay(row);
  },

  listReplays: async ({ query }, { context, namespace }) => {
    const page = { beforeId: readCursor("replay", query.cursor), limit: query.limit + 1 };
    const rows = await listReplays(context.database, namespace.id, page);
    return toPage("replay", rows, { limit: query.limit, present: presentReplay });
  },

  getReplay: async ({ params }, { context, namespace }) => {
    const row = await findReplay(context.database, namespace.id, uuidOf("replay", params.replayId));
    if (row === undefined) throw notFound("replay", params.replayId);
    return presentReplay(row);
  },

  cancelReplay: async ({ params }, { context, namespace }) => {
    const id = uuidOf("replay", params.replayId);
    const cancelled = await cancelReplay(context.database, namespace.id, id);
    if (cancelled !== undefined) return presentReplay(cancelled);
    const row = await findReplay(context.database, namespace.id, id);
    if (row === undefined) throw notFound("replay", params.replayId);
    throw new FlowwError("STATE_CONFLICT", `The replay has ended: ${presentReplay(row).status}.`);
  },

  replayExecution: async ({ params, body }, { context, namespace }) => {
    const id = uuidOf("execution", params.executionId);
    const options = { ...(await readOptions(context, namespace.id, body)), fromStep: body.fromStep };
    const [executionId] = await replayNow(context, async (within) => {
      const recorded = await getRecorded(within.database, namespace.id, id);
      return [await planExecutionReplay(within, recorded, options)];
    });
    return { executionId: formatId("execution", executionId!) };
  },

  replayDelivery: async ({ params, body }, { context, namespace }) => {
    const id = uuidOf("delivery", params.deliveryId);
    const options = await readOptions(context, namespace.id, body);
    const ids = await replayNow(context, async (within) => {
      const delivery = await findDelivery(within.database, namespace.id, id);
      if (delivery === undefined) throw notFound("delivery", params.deliveryId);
      return planDeliveryReplay(within, delivery, options);
    });
    return { executionIds: ids.map((one) => formatId("execution", one)) };
  },
};

async function readOptions(
  { artifacts }: Pick<AdvanceContext, "artifacts">,
  namespaceId: string,
  {
    deployment,
    input,
  }: { deployment: "current" | "original"; input?: Parameters<typeof keepInput>[2] | undefined },
) {
  return { isOriginal: deployment === "original", input: await keepInput(artifacts, namespaceId, input) };
}

function notFound(what: "replay" | "delivery", id: string): FlowwError {
  return new FlowwError("NOT_FOUND", `There is no ${what} ${id} in this namespace.`);
}
