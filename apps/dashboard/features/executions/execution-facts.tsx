import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatDuration } from "../../lib/format.ts";
import { Ago } from "../../ui/ago.tsx";
import type { ExecutionDetail } from "./types.ts";

interface ExecutionFactsProps {
  detail: ExecutionDetail;
  namespaceId: string;
}

/** Whence it came, what ran it, when. */
export function ExecutionFacts({ detail, namespaceId }: ExecutionFactsProps) {
  const params = { namespaceId };
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-3 rounded-xl border bg-card p-4 sm:grid-cols-3 lg:grid-cols-8">
      <Fact name="Trigger" isWide>
        {detail.handlerId}
      </Fact>
      <Fact name="Origin">{detail.origin}</Fact>
      <Fact name="Version">{detail.version === undefined ? "none yet" : `v${detail.version}`}</Fact>
      <Fact name="Attempt">{detail.attempt}</Fact>
      <Fact name="Received">
        <Ago at={detail.createdAt} className="whitespace-nowrap" />
      </Fact>
      <Fact name="Ran for">{detail.durationMs === undefined ? "–" : formatDuration(detail.durationMs)}</Fact>
      {detail.replayOf === undefined ? undefined : (
        <Fact name="Replay of">
          <ExecutionLink namespaceId={namespaceId} id={detail.replayOf} />
        </Fact>
      )}
      {detail.batchId === undefined ? undefined : (
        <Fact name="Ran in batch">
          <ExecutionLink namespaceId={namespaceId} id={detail.batchId} />
        </Fact>
      )}
      {detail.deliveryId === undefined ? undefined : (
        <Fact name="Delivery">
          <Link
            to="/ns/$namespaceId/deliveries/$deliveryId"
            params={{ ...params, deliveryId: detail.deliveryId }}
            className="text-accent hover:underline"
          >
            Its request
          </Link>
        </Fact>
      )}
      {detail.heldBy === undefined ? undefined : (
        <Fact name="Held">
          <Link to="/ns/$namespaceId/providers" params={params} className="text-accent hover:underline">
            Waits for a provider's credential
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, isWide = false, children }: { name: string; isWide?: boolean; children: ReactNode }) {
  return (
    <div className={isWide ? "col-span-2 min-w-0" : "min-w-0"}>
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="truncate font-medium">{children}</dd>
    </div>
  );
}

function ExecutionLink({ namespaceId, id }: { namespaceId: string; id: string }) {
  return (
    <Link
      to="/ns/$namespaceId/executions/$executionId"
      params={{ namespaceId, executionId: id }}
      className="font-mono text-xs text-accent hover:underline"
    >
      {id}
    </Link>
  );
}
