import { accountErrors } from "./entries/account.ts";
import { bundlesErrors } from "./entries/bundles.ts";
import { commandLineErrors } from "./entries/command-line.ts";
import type { CatalogueEntry } from "./entries/entry.ts";
import { imagesErrors } from "./entries/images.ts";
import { providersErrors } from "./entries/providers.ts";
import { registryErrors } from "./entries/registry.ts";
import { requestsErrors } from "./entries/requests.ts";
import { runsErrors } from "./entries/runs.ts";
import { serverErrors } from "./entries/server.ts";
import { valuesErrors } from "./entries/values.ts";

export type { CatalogueEntry };

/** Made when the first of them is asked for: the bundle of each workflow holds all, and hardly a run needs any. */
const makeCatalogue = () =>
  ({
    ...requestsErrors(),
    ...bundlesErrors(),
    ...runsErrors(),
    ...serverErrors(),
    ...valuesErrors(),
    ...providersErrors(),
    ...registryErrors(),
    ...imagesErrors(),
    ...commandLineErrors(),
    ...accountErrors(),
  }) satisfies Record<string, CatalogueEntry>;

let catalogue: ReturnType<typeof makeCatalogue> | undefined;

/** Every error that Floww tells anyone, once. A code never changes its meaning; its page is docs/errors/<CODE>.md. */
export function errorCatalogue(): ReturnType<typeof makeCatalogue> {
  catalogue ??= makeCatalogue();
  return catalogue;
}

export type ErrorCode = keyof ReturnType<typeof makeCatalogue>;
