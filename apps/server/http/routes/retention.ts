import { findRetention, type Retention, setRetention } from "../../domain/deliveries/retention/store.ts";
import type { RouteHandlers } from "../route-handler.ts";

export const retentionHandlers: Pick<RouteHandlers, "getRetention" | "setRetention"> = {
  getRetention: async (_, { context, namespace }) =>
    present(await findRetention(context.database, namespace.id)),

  setRetention: async ({ body }, { context, namespace }) => {
    await setRetention(context.database, namespace.id, body);
    return present(await findRetention(context.database, namespace.id));
  },
};

function present({ days, bytesMax, usedBytes }: Retention) {
  return { days, bytesMax, usedBytes };
}
