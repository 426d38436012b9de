import type { provider } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { z } from "zod";
import { listUsers } from "../../domain/deployments/provider-users.ts";
import { releaseHeld } from "../../domain/executions/store.ts";
import { openConnection } from "../../domain/providers/connection.ts";
import { createVendorClient } from "../../domain/providers/gateway/vendor-client.ts";
import { presentProvider, presentProviderType } from "../../domain/providers/present.ts";
import {
  eventUrl,
  removeRegistrations,
  repairRegistrations,
} from "../../domain/providers/registrations/keep-registrations.ts";
import { listRegistrations } from "../../domain/providers/registrations/store.ts";
import { setProvider } from "../../domain/providers/set-provider.ts";
import {
  findProviderById,
  listProviders,
  markFailure,
  type Provider,
  removeProvider,
} from "../../domain/providers/store.ts";
import { type RouteCall, type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = "listProviderTypes" | "listProviders" | "setProvider" | "checkProvider" | "deleteProvider";

export const providerHandlers: Pick<RouteHandlers, Handled> = {
  listProviderTypes: async (_input, { context }) => ({
    items: [...context.providerServers.values()].map(presentProviderType),
  }),

  listProviders: async (_input, call) => {
    const rows = await listProviders(call.context.database, call.namespace.id);
    return { items: await Promise.all(rows.map((row) => present(row, call))) };
  },

  setProvider: async ({ body }, call) => {
    const { context, namespace, principal } = call;
    const written = await setProvider(context, namespace.id, { ...body, updatedBy: principal.name });
    context.providersChanged(namespace.id);
    await releaseHeld(context.database, written.id);
    context.wakeQueue();
    return present(written, call);
  },

  checkProvider: async ({ params }, call) => {
    const { context } = call;
    const row = await getProvider(params, call);
    const connection = openConnection(context, row);
    const failure = await connection.server
      .identify(createVendorClient(context.gateway, connection))
      .then(() => (context.isPublic() ? repairRegistrations(context, connection) : undefined))
      .then(() => null)
      .catch((error: unknown) => {
        if (error instanceof FlowwError) return error.message;
        throw error;
      });
    await markFailure(context.database, row.id, failure);
    return present(await getProvider(params, call), call);
  },

  deleteProvider: async ({ params, query }, call) => {
    const { context, namespace } = call;
    const row = await getProvider(params, call);
    const users = await listUsers(context.database, row);
    if (users.length > 0 && !query.force) {
      const message = `${row.type} (${row.alias}) is used by: ${users.join(", ")}.`;
      throw new FlowwError("PROVIDER_IN_USE", message, { details: { workflows: users } });
    }
    // Written with another key: its webhooks cannot be removed, and it must still be possible to delete it.
    if (context.vault.has(row.keyId)) await removeRegistrations(context, openConnection(context, row));
    await removeProvider(context.database, namespace.id, row.id);
    await releaseHeld(context.database, row.id);
    context.providersChanged(namespace.id);
  },
};

async function getProvider({ providerId }: { providerId: string }, call: RouteCall): Promise<Provider> {
  const id = uuidOf("provider", providerId);
  const row = await findProviderById(call.context.database, call.namespace.id, id);
  if (row === undefined)
    throw new FlowwError("NOT_FOUND", `There is no provider ${providerId} in this namespace.`);
  return row;
}

async function present(row: Provider, { context }: RouteCall): Promise<z.input<typeof provider>> {
  const server = context.providerServers.get(row.type);
  return presentProvider(row, {
    registrations: await listRegistrations(context.database, row.id),
    usedBy: await listUsers(context.database, row),
    eventUrl: server?.showsEventUrl === true ? eventUrl(context, row) : undefined,
  });
}
