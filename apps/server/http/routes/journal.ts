import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { findExecutionDetail } from "../../domain/executions/store.ts";
import { answerWait, approvalValue, getWait } from "../../domain/journal/answer-wait.ts";
import { presentStep, presentWait } from "../../domain/journal/present.ts";
import { sendEvent } from "../../domain/journal/send-event.ts";
import { JournalKindNumber } from "../../domain/journal/states.ts";
import { listEntries, listWaits } from "../../domain/journal/store.ts";
import { readCursor, toPage } from "../page.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

const PAGE = 500;

export const journalHandlers: Pick<
  RouteHandlers,
  "listSteps" | "listWaits" | "answerApproval" | "sendEvent"
> = {
  listWaits: async ({ query }, { context, namespace }) => {
    const rows = await listWaits(context.database, {
      namespaceId: namespace.id,
      kind: query.kind === undefined ? undefined : JournalKindNumber[query.kind],
      afterId: readCursor("wait", query.cursor),
      limit: query.limit + 1,
    });
    return toPage("wait", rows, { limit: query.limit, present: presentWait });
  },

  answerApproval: async ({ params, body }, { context, namespace, principal }) => {
    const id = uuidOf("wait", params.waitId);
    const wait = await getWait(context, { id, namespaceId: namespace.id, kind: "approval" });
    const { approved, comment } = body;
    await answerWait(
      context,
      wait,
      approvalValue({ approved, by: principal.email ?? principal.name, comment }),
    );
  },

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
