import { matchProviders, providersMissing } from "../providers/match-providers.ts";
import { listProviders } from "../providers/provider-name.ts";
import type { Check } from "./check.ts";

export const providersConfigured: Check = {
  name: "providers",
  needs: ["namespace", "code"],
  run: async ({ signedIn, namespace, project, manifest }) => {
    const { providers } = manifest!;
    const session = { client: signedIn!.client, namespace: namespace! };
    const { missing } = matchProviders(providers, project!, await listProviders(session));
    if (missing.length > 0) throw providersMissing(missing, session.namespace.name);
    if (providers.length === 0) return "the code uses none";
    return `all ${providers.length} that the code uses are configured`;
  },
};
