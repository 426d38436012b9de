import { limits } from "@floww/contract/limits";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatBytes } from "../../lib/format.ts";
import { useNamespaceId } from "../../lib/me.ts";
import type { DeliveryVerdict } from "../../ui/delivery-verdict.tsx";
import type { DeliveryDetail } from "./delivery-detail.ts";

interface Reason {
  what: string;
  /** What a person can do about it. */
  fix?: string;
}

const REASONS: Record<DeliveryVerdict, Reason> = {
  accepted: { what: "It was for a trigger, and was taken in." },
  no_route: {
    what: "Nothing listens at this method and path.",
    fix: "Compare them with the addresses of the workflow's triggers, or deploy a version that listens here, then replay it.",
  },
  bad_signature: {
    what: "Its proof is missing or wrong: a signature, a token or a password.",
    fix: "Compare the secret at the sender with the one that the trigger or the provider has here.",
  },
  duplicate: { what: "It is a copy of a request that came before, so it caused nothing new." },
  too_large: {
    what: `Its body is larger than what is taken in, ${formatBytes(limits.bodyBytesMax)}, or its Idempotency-Key has more than 255 characters.`,
    fix: "Let its sender send less, or a link to the data; of a long key, its hash.",
  },
  filtered: {
    what: "Triggers listen to this provider, but the filter of none of them lets this event pass.",
    fix: "Widen the filter in the code, deploy it, then replay the delivery.",
  },
  paused: {
    what: "The workflow was paused. What nobody waited for runs when it is resumed; a caller that waited got 503.",
    fix: "Resume the workflow, or replay the delivery afterwards.",
  },
  dev: { what: "It went to the laptop of a dev session, and not to a deployment." },
  handshake: { what: "The service only made sure that the address answers. There is nothing to run." },
};

/** Why the verdict is what it is, and what to do. */
export function VerdictReason({ delivery }: { delivery: DeliveryDetail }) {
  const { what, fix } = REASONS[delivery.verdict];
  return (
    <div className="grid gap-1">
      <p>
        {what} <Copy delivery={delivery} />
      </p>
      {fix === undefined ? undefined : <p className="text-soft">{fix}</p>}
    </div>
  );
}

function Copy({ delivery: { copyOf, hasOtherBody } }: { delivery: DeliveryDetail }): ReactNode {
  const namespaceId = useNamespaceId();
  if (copyOf === undefined) return undefined;
  return (
    <>
      {hasOtherBody ? "Its body differs from the first one's, which is why it was refused. " : ""}
      The first one caused{" "}
      <Link
        to="/ns/$namespaceId/executions/$executionId"
        params={{ namespaceId, executionId: copyOf }}
        className="text-accent underline [overflow-wrap:anywhere]"
      >
        {copyOf}
      </Link>
      .
    </>
  );
}
