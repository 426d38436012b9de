import type { deliveryVerdicts } from "@floww/contract/api";
import { Verdict } from "./ledger.ts";

export type DeliveryVerdict = (typeof deliveryVerdicts)[number];

/** As the API writes them. */
export const verdictNumbers: Readonly<Record<DeliveryVerdict, number>> = {
  accepted: Verdict.accepted,
  no_route: Verdict.noRoute,
  bad_signature: Verdict.badSignature,
  duplicate: Verdict.duplicate,
  too_large: Verdict.tooLarge,
  filtered: Verdict.filtered,
  paused: Verdict.paused,
  dev: Verdict.dev,
  handshake: Verdict.handshake,
};

const NAMES = new Map(
  Object.entries(verdictNumbers).map(([name, value]) => [value, name as DeliveryVerdict]),
);

export function verdictName(value: number): DeliveryVerdict {
  return NAMES.get(value) ?? "accepted";
}
