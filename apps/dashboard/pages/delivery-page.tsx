import { useParams } from "@tanstack/react-router";
import { CausedExecutions } from "../features/deliveries/caused-executions.tsx";
import { RawRequest } from "../features/deliveries/raw-request.tsx";
import { ReplayDelivery } from "../features/deliveries/replay-delivery.tsx";
import { useDelivery } from "../features/deliveries/use-delivery.ts";
import { VerdictReason } from "../features/deliveries/verdict-reason.tsx";
import { useMay } from "../lib/me.ts";
import { Ago } from "../ui/ago.tsx";
import { Card } from "../ui/card.tsx";
import { DeliveryVerdictBadge } from "../ui/delivery-verdict.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";

export function DeliveryPage() {
  const { namespaceId, deliveryId } = useParams({ from: "/ns/$namespaceId/deliveries/$deliveryId" });
  const delivery = useDelivery(namespaceId, deliveryId);
  const mayReplay = useMay("execution.write");
  return (
    <QueryView query={delivery}>
      {(data) => (
        <>
          <PageHeader
            title={data.eventName ?? `${data.method} ${data.path}`}
            beside={<DeliveryVerdictBadge verdict={data.verdict} />}
            lead={
              <>
                {data.id}, from {data.remoteAddress}, <Ago at={data.receivedAt} />
              </>
            }
            actions={mayReplay ? <ReplayDelivery delivery={data} /> : undefined}
          />
          <div className="grid min-w-0 gap-4">
            <Card title="Why">
              <VerdictReason delivery={data} />
            </Card>
            <CausedExecutions executions={data.executions} />
            <RawRequest delivery={data} />
          </div>
        </>
      )}
    </QueryView>
  );
}
