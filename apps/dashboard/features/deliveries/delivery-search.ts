import { deliveryVerdicts } from "@floww/contract/api";
import { type IdKind, parseId } from "@floww/contract/ids";
import { textOf, wordOf } from "../../lib/search.ts";

/** Times that begin so long before now; the address keeps the word, so that a bookmark stays true. */
export const withins = ["hour", "day", "week"] as const;
export const WITHIN_MS: Record<(typeof withins)[number], number> = {
  hour: 60 * 60_000,
  day: 24 * 60 * 60_000,
  week: 7 * 24 * 60 * 60_000,
};

export interface DeliverySearch {
  verdict?: (typeof deliveryVerdicts)[number] | undefined;
  workflowId?: string | undefined;
  providerId?: string | undefined;
  within?: (typeof withins)[number] | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** The filters of the list, as they stand in its address. What is not one of them is left out. */
export function readDeliverySearch(search: Record<string, unknown>): DeliverySearch {
  return {
    verdict: wordOf(search.verdict, deliveryVerdicts),
    workflowId: idOf("workflow", search.workflowId),
    providerId: idOf("provider", search.providerId),
    within: wordOf(search.within, withins),
    from: instantOf(search.from),
    to: instantOf(search.to),
  };
}

function idOf(kind: IdKind, value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || parseId(kind, text) === undefined ? undefined : text;
}

function instantOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString();
}
