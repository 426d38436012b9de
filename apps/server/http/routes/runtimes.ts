import type { DriverName } from "@floww/contract/api";
import type { ServerContext } from "../../context.ts";
import { setNamespaceDriver } from "../../domain/namespaces/store.ts";
import type { RouteHandlers } from "../route-handler.ts";

export const runtimeHandlers: Pick<RouteHandlers, "getRuntime" | "setRuntime"> = {
  getRuntime: async (_, { context, namespace }) => present(context, namespace.driver),

  setRuntime: async ({ body }, { context, namespace }) => {
    // Asked for its refusal: a driver that is not there.
    context.driver.of(body.driver);
    await setNamespaceDriver(context.database, namespace.id, body.driver);
    return present(context, body.driver);
  },
};

function present({ driver: { offered } }: ServerContext, driver: DriverName) {
  return { driver, offered };
}
