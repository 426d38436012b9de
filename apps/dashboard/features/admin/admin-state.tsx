import type { RouteAnswer, Routes } from "@floww/contract/api";
import { useApi } from "../../lib/api.ts";
import { formatBytes, formatCount, formatDuration } from "../../lib/format.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { AdminJobs } from "./admin-jobs.tsx";
import { Figure, Figures } from "./figures.tsx";

type State = RouteAnswer<Routes["adminGetState"]>;

const EVERY_MS = 5_000;
/** What is ready is started within milliseconds: this long means that servers have more to do than they can. */
const LATE_MS = 10_000;

/** Servers, queue, runtimes, registry and the server's own jobs, looked at anew every few seconds. */
export function AdminState() {
  const state = useApi("adminGetState", {}, { everyMs: EVERY_MS });
  return (
    <QueryView query={state}>
      {(data) => (
        <div className="grid gap-4">
          <Queue state={data} />
          <Servers state={data} />
          <AdminJobs jobs={data.jobs} />
          <Runtimes state={data} />
          <Card title="Registry">
            <Figures>
              <Figure label="Images and their parts" value={formatBytes(data.registry.bytes)} />
              <Figure label="Repositories" value={formatCount(data.registry.repositories)} />
            </Figures>
          </Card>
        </div>
      )}
    </QueryView>
  );
}

function Queue({ state: { queue } }: { state: State }) {
  const { ready, waiting, running, oldestReadyMs } = queue;
  const isLate = (oldestReadyMs ?? 0) > LATE_MS;
  return (
    <Card title="Queue">
      <Figures>
        <Figure
          label="Ready to start"
          value={formatCount(ready)}
          note={oldestReadyMs === undefined ? undefined : `the oldest for ${formatDuration(oldestReadyMs)}`}
          tone={isLate ? "warn" : undefined}
        />
        <Figure label="Running" value={formatCount(running)} />
        <Figure
          label="Waiting"
          value={formatCount(waiting)}
          note="for a time, an event, a turn or a laptop"
        />
      </Figures>
    </Card>
  );
}

const SERVERS = [
  { title: "Server" },
  { title: "State" },
  { title: "Running", className: "text-right" },
  { title: "Requests with unknown keys", className: "text-right" },
  { title: "Started" },
];

function Servers({ state: { servers, version } }: { state: State }) {
  return (
    <Card isFlush title="Servers" actions={<span className="text-soft">this one is version {version}</span>}>
      <Table label="Servers" columns={SERVERS}>
        {servers.map(({ id, startedAt, isAlive, leaseUntil, running, unknownWebhooks }) => (
          <Row key={id}>
            <Cell className="font-mono text-xs whitespace-nowrap">{id}</Cell>
            <Cell className="whitespace-nowrap">
              {isAlive ? (
                <Badge tone="good">alive</Badge>
              ) : (
                <>
                  <Badge tone="danger">gone</Badge> <Ago at={leaseUntil} />
                </>
              )}
            </Cell>
            <Cell className="text-right tabular-nums">{formatCount(running)}</Cell>
            <Cell className="text-right tabular-nums">{formatCount(unknownWebhooks)}</Cell>
            <Cell>
              <Ago at={startedAt} />
            </Cell>
          </Row>
        ))}
      </Table>
    </Card>
  );
}

const RUNTIMES = [
  { title: "Driver" },
  { title: "What keeps user code in" },
  { title: "Live versions", className: "text-right" },
];

/** Node's permission model keeps out mistakes, and not somebody who means harm. */
const SEAT_BELT = "permission";

function Runtimes({ state: { runtimes } }: { state: State }) {
  return (
    <Card isFlush title="Runtimes">
      <Table label="Runtimes" columns={RUNTIMES}>
        {runtimes.map(({ driver, isolation, deployments }) => (
          <Row key={driver}>
            <Cell className="font-medium">{driver}</Cell>
            <Cell className="min-w-48">
              {isolation === SEAT_BELT ? (
                <>
                  <Badge tone="warn">Node's permission model</Badge>{" "}
                  <span className="text-soft">a seat belt, no wall between organizations</span>
                </>
              ) : (
                <Badge tone="good">{isolation}</Badge>
              )}
            </Cell>
            <Cell className="text-right tabular-nums">{formatCount(deployments)}</Cell>
          </Row>
        ))}
      </Table>
    </Card>
  );
}
