import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { findExecutionDetail } from "../../domain/executions/store.ts";
import { presentStep } from "../../domain/journal/present.ts";
import { sendEvent } from "../../domain/journal/send-event.ts";
import { listEntries } from "../../domain/journal/store.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

const PAGE = 500;

export const journalHandlers: Pick<RouteHandlers, "listSteps" | "sendEvent"> = {
  listSteps: async ({ params, query }, { context, namespace }) => {
    const id = uuidOf("execution", params.executionId);
    if ((await findExecutionDetail(context.database, namespace.id, id)) === undefined)
      throw new FlowwError("NOT_FOUND", `There is no execution ${params.executionId} in this namespace.`);
    const rows = await listEntries(context.database, id, { after: query.after, limit: PAGE + 1 });
    return { items: rows.slice(0, PAGE).map(presentStep), hasMore: rows.length > PAGE };
  },

  sendEvent: async ({ body }, { context, namespace }) => {
    const data = JSON.stringify(body.data ?? null);
    if (Buffer.byteLength(data) > limits.eventBytesMax)
      throw new FlowwError("BODY_TOO_LARGE", `An event's data has at most ${limits.eventBytesMax} bytes.`);
    const sent = await sendEvent(context, { namespaceId: namespace.id, name: body.name, data });
    return { eventId: formatId("event", sent.id), waiting: sent.waiting };
  },
};
