import { FlowwError } from "@floww/contract/errors";
import { presentSecret } from "../../domain/secrets/present.ts";
import { setSecret } from "../../domain/secrets/set-secret.ts";
import { listSecrets, removeSecret } from "../../domain/secrets/store.ts";
import type { RouteHandlers } from "../route-handler.ts";

type Handled = "listSecrets" | "setSecret" | "deleteSecret";

export const secretHandlers: Pick<RouteHandlers, Handled> = {
  listSecrets: async (_input, { context, namespace }) => {
    const rows = await listSecrets(context.database, namespace.id);
    return { items: rows.map(presentSecret) };
  },

  setSecret: async ({ body }, { context, namespace, principal }) => {
    return presentSecret(await setSecret(context, namespace.id, { ...body, updatedBy: principal.name }));
  },

  deleteSecret: async ({ query }, { context, namespace }) => {
    if (!(await removeSecret(context.database, namespace.id, query)))
      throw new FlowwError("NOT_FOUND", `There is no secret "${query.name}" in this namespace.`);
  },
};
