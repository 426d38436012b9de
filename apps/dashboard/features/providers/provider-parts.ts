import type { provider, providerType } from "@floww/contract/api";
import type { z } from "zod";

export type Provider = z.output<typeof provider>;
export type ProviderType = z.output<typeof providerType>;
export type SetupField = ProviderType["fields"][number];
