import type { RouteAnswer, Routes } from "@floww/contract/api";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { useProviderNames, useWorkflowNames } from "../../lib/names.ts";
import { Ago } from "../../ui/ago.tsx";
import { DeliveryVerdictBadge } from "../../ui/delivery-verdict.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { type DeliverySearch, WITHIN_MS } from "./delivery-search.ts";

type Delivery = RouteAnswer<Routes["listDeliveries"]>["items"][number];

const COLUMNS = [
  { title: "Verdict" },
  { title: "Request" },
  { title: "For" },
  { title: "From" },
  { title: "Received" },
];

/** The ledger: every inbound request, the newest first, as the filters say. */
export function DeliveryTable({ search }: { search: DeliverySearch }) {
  const namespaceId = useNamespaceId();
  const deliveries = useApiPages("listDeliveries", { params: { namespaceId }, query: useQueryOf(search) });
  const names = new Map([...useWorkflowNames(), ...useProviderNames()].map(({ id, name }) => [id, name]));
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <QueryView query={deliveries}>
      {(data) => {
        const items = itemsOf(data);
        if (items.length === 0 && isFiltered)
          return <Empty title="No delivery fits">Choose fewer filters, or another time.</Empty>;
        if (items.length === 0)
          return (
            <Empty title="No deliveries yet">
              Every request to a webhook is kept here as it came, refused ones included.
            </Empty>
          );
        return (
          <>
            <Table label="Deliveries" columns={COLUMNS}>
              {items.map((delivery) => (
                <Row key={delivery.id}>
                  <Cell>
                    <DeliveryVerdictBadge verdict={delivery.verdict} />
                  </Cell>
                  <Cell className="max-w-80">
                    <Link
                      {...{ [ROW_LINK]: "" }}
                      to="/ns/$namespaceId/deliveries/$deliveryId"
                      params={{ namespaceId, deliveryId: delivery.id }}
                      className="block truncate font-medium"
                    >
                      {requestName(delivery)}
                    </Link>
                  </Cell>
                  <Cell className="max-w-48 truncate">
                    {names.get(delivery.workflowId ?? delivery.providerId ?? "") ?? (
                      <span className="text-soft">deleted</span>
                    )}
                  </Cell>
                  <Cell className="whitespace-nowrap text-soft">{delivery.remoteAddress}</Cell>
                  <Cell>
                    <Ago at={delivery.receivedAt} />
                  </Cell>
                </Row>
              ))}
            </Table>
            <MoreButton pages={deliveries} />
          </>
        );
      }}
    </QueryView>
  );
}

/** `POST /orders`, or the vendor's word for what happened. */
export function requestName({ method, path, eventName }: Delivery): string {
  return eventName ?? `${method} ${path}`;
}

function useQueryOf({ within, ...search }: DeliverySearch) {
  // Once for each choice: a bound that moves with the clock would be another question at each drawing.
  const since = useMemo(
    () => (within === undefined ? undefined : new Date(Date.now() - WITHIN_MS[within]).toISOString()),
    [within],
  );
  return { ...search, from: search.from ?? since };
}
