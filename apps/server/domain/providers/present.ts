import type { provider, providerType } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { ProviderServer } from "@floww/providers/server";
import type { z } from "zod";
import type { Registration } from "./registrations/store.ts";
import type { Provider } from "./store.ts";

export function presentProviderType({
  type,
  title,
  guide,
  fields,
}: ProviderServer): z.input<typeof providerType> {
  const shown = fields.map((field) => ({ ...field, isOptional: field.isOptional === true }));
  return { type, title, guide, fields: shown };
}

interface Around {
  registrations: readonly Registration[];
  usedBy: readonly string[];
  /** For services that are told by a person where to send events. */
  eventUrl: string | undefined;
}

/** Everything but the secrets: no function here is ever given one. */
export function presentProvider(
  row: Omit<Provider, "sealed">,
  { registrations, usedBy, eventUrl }: Around,
): z.input<typeof provider> {
  const failures = [
    row.credentialFailure,
    row.failure,
    ...registrations.map(({ failure }) => failure),
  ].filter((one) => one !== null);
  return {
    id: formatId("provider", row.id),
    type: row.type,
    alias: row.alias,
    fields: row.settings,
    secretFields: row.secretFields,
    account: row.account,
    ...(eventUrl === undefined ? {} : { eventUrl }),
    ...presentHealth(failures[0] ?? null),
    ...(row.credentialExpiresAt === null
      ? {}
      : { credentialExpiresAt: row.credentialExpiresAt.toISOString() }),
    registrations: registrations.map(({ target, events, failure, checkedAt }) => ({
      target,
      events,
      ...presentHealth(failure),
      ...(checkedAt === null ? {} : { checkedAt: checkedAt.toISOString() }),
    })),
    usedBy: [...usedBy],
    ...(row.lastUsedAt === null ? {} : { lastUsedAt: row.lastUsedAt.toISOString() }),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    updatedBy: row.updatedBy,
  };
}

function presentHealth(failure: string | null): { status: "working" | "failing"; failure?: string } {
  return failure === null ? { status: "working" } : { status: "failing", failure };
}
