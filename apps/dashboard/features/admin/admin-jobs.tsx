import type { RouteAnswer, Routes } from "@floww/contract/api";
import { formatCount } from "../../lib/format.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

type Job = RouteAnswer<Routes["adminGetState"]>["jobs"][number];

const COLUMNS = [{ title: "Job" }, { title: "State" }, { title: "Went well" }, { title: "Last failure" }];

/** The server's own work by the clock, what fails first. */
export function AdminJobs({ jobs }: { jobs: readonly Job[] }) {
  const failing = jobs.filter(({ failures }) => failures > 0).length;
  const summary =
    failing === 0 ? <Badge tone="good">all go well</Badge> : <Badge tone="danger">{failing} failing</Badge>;
  return (
    <Card isFlush title="Jobs of the server" actions={jobs.length === 0 ? undefined : summary}>
      {jobs.length === 0 ? (
        <Empty title="No job has come to its end yet">They begin when a server starts.</Empty>
      ) : (
        <Table label="Jobs of the server" columns={COLUMNS}>
          {jobs.map((job) => (
            <Row key={job.name}>
              <Cell className="font-mono text-xs whitespace-nowrap">{job.name}</Cell>
              <Cell>
                {job.failures === 0 ? (
                  <Badge tone="good">goes well</Badge>
                ) : (
                  <Badge tone="danger">failed {formatCount(job.failures)} times</Badge>
                )}
              </Cell>
              <Cell>{job.succeededAt === undefined ? "not yet" : <Ago at={job.succeededAt} />}</Cell>
              <Cell className="min-w-56">
                {job.failedAt === undefined ? (
                  <span className="text-soft">none</span>
                ) : (
                  <>
                    <span className="[overflow-wrap:anywhere]">{job.failure}</span> <Ago at={job.failedAt} />
                  </>
                )}
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Card>
  );
}
