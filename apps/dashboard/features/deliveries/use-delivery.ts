import { useState } from "react";
import { useApi } from "../../lib/api.ts";
import { isFinished } from "../../ui/execution-status.tsx";

/** How often a delivery is asked for again while something that it caused goes on. */
const LOOK_EVERY_MS = 2_000;

/** One delivery, followed until all that it caused has ended. */
export function useDelivery(namespaceId: string, deliveryId: string) {
  const [isGoingOn, setGoingOn] = useState(false);
  const options = isGoingOn ? { everyMs: LOOK_EVERY_MS } : {};
  const delivery = useApi("getDelivery", { params: { namespaceId, deliveryId } }, options);
  const now = delivery.data?.executions.some(({ status }) => !isFinished(status)) === true;
  if (now !== isGoingOn) setGoingOn(now);
  return delivery;
}
