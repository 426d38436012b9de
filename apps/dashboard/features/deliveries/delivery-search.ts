import { deliveryVerdict } from "@floww/contract/api";
import { type IdKind, parseId } from "@floww/contract/ids";
import { z } from "zod";

/** Times that begin so long before now; the address keeps the word, so that a bookmark stays true. */
export const withins = ["hour", "day", "week"] as const;
export const WITHIN_MS: Record<(typeof withins)[number], number> = {
  hour: 60 * 60_000,
  day: 24 * 60 * 60_000,
  week: 7 * 24 * 60 * 60_000,
};

const idOf = (kind: IdKind) =>
  z
    .string()
    .refine((value) => parseId(kind, value) !== undefined)
    .optional()
    .catch(undefined);
const instant = z.iso.datetime().optional().catch(undefined);

/** The filters of the list, as they stand in its address. What is not one of them is left out. */
export const deliverySearch = z.object({
  verdict: deliveryVerdict.optional().catch(undefined),
  workflowId: idOf("workflow"),
  providerId: idOf("provider"),
  within: z.enum(withins).optional().catch(undefined),
  from: instant,
  to: instant,
});

export type DeliverySearch = z.output<typeof deliverySearch>;
