import { FlowwError } from "@floww/contract/errors";
import { presentDelivery, presentDeliveryDetail } from "../../domain/deliveries/present.ts";
import { findDelivery, listCaused, listDeliveries } from "../../domain/deliveries/store.ts";
import { readCursor, toPage } from "../page.ts";
import { readDeliveryFilter } from "../read-selection.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = "listDeliveries" | "getDelivery";

export const deliveryHandlers: Pick<RouteHandlers, Handled> = {
  listDeliveries: async ({ query }, { context, namespace }) => {
    const filter = readDeliveryFilter(namespace.id, query);
    const page = { beforeId: readCursor("delivery", query.cursor), limit: query.limit + 1 };
    const rows = await listDeliveries(context.database, filter, page);
    return toPage("delivery", rows, { limit: query.limit, present: presentDelivery });
  },

  getDelivery: async ({ params }, { context, namespace }) => {
    const id = uuidOf("delivery", params.deliveryId);
    const found = await findDelivery(context.database, namespace.id, id);
    if (found === undefined)
      throw new FlowwError("NOT_FOUND", `There is no delivery ${params.deliveryId} in this namespace.`);
    const caused = await listCaused(context.database, namespace.id, id);
    return presentDeliveryDetail(found, caused, context.artifacts);
  },
};
