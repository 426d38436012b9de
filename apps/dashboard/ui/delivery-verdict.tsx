import type { deliveryVerdicts } from "@floww/contract/api";
import { Badge, type Tone } from "./badge.tsx";

export type DeliveryVerdict = (typeof deliveryVerdicts)[number];

const LOOKS: Record<DeliveryVerdict, { tone: Tone; label: string }> = {
  accepted: { tone: "good", label: "accepted" },
  no_route: { tone: "warn", label: "no route" },
  bad_signature: { tone: "danger", label: "bad signature" },
  duplicate: { tone: "plain", label: "duplicate" },
  too_large: { tone: "danger", label: "too large" },
  filtered: { tone: "plain", label: "filtered" },
  paused: { tone: "warn", label: "paused" },
  dev: { tone: "accent", label: "dev" },
  handshake: { tone: "plain", label: "handshake" },
};

/** A verdict as people read it. */
export function verdictLabel(verdict: DeliveryVerdict): string {
  return LOOKS[verdict].label;
}

export function DeliveryVerdictBadge({ verdict }: { verdict: DeliveryVerdict }) {
  const { tone, label } = LOOKS[verdict];
  return <Badge tone={tone}>{label}</Badge>;
}
