import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { useSay } from "../../ui/toasts.tsx";
import type { DeliveryDetail } from "./delivery-detail.ts";

/** Takes the request in again, for the triggers that it is for now. */
export function ReplayDelivery({ delivery }: { delivery: DeliveryDetail }) {
  const namespaceId = useNamespaceId();
  const [isOpen, setOpen] = useState(false);
  const replay = useChange("replayDelivery");
  const say = useSay();
  const run = async () => {
    const params = { namespaceId, deliveryId: delivery.id };
    const { executionIds } = await replay.mutateAsync({ params, body: {} });
    setOpen(false);
    say(
      "Replayed",
      `${executionIds.length === 1 ? "One execution" : `${executionIds.length} executions`} more.`,
    );
  };
  return (
    <>
      <Button
        look="primary"
        onClick={() => {
          replay.reset();
          setOpen(true);
        }}
      >
        Replay
      </Button>
      <Confirm
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Replay this delivery?"
        action="Replay"
        otherwise="Cancel"
        change={replay}
        onConfirm={() => void run().catch(() => undefined)}
      >
        It is taken in again as if it had come now: by the routes, filters and secrets of now, and run by the
        versions that are live. Whatever its handlers do to the outside, they do again.
      </Confirm>
    </>
  );
}
