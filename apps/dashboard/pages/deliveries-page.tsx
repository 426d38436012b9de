import { useNavigate, useSearch } from "@tanstack/react-router";
import { DeliveryFilters } from "../features/deliveries/delivery-filters.tsx";
import { DeliveryTable } from "../features/deliveries/delivery-table.tsx";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function DeliveriesPage() {
  const from = "/ns/$namespaceId/deliveries";
  const search = useSearch({ from });
  const navigate = useNavigate({ from });
  return (
    <>
      <PageHeader title="Deliveries" lead="Every request that came in, refused ones included." />
      <DeliveryFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Card isFlush>
        <DeliveryTable search={search} />
      </Card>
    </>
  );
}
