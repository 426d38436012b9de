import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { ContentView } from "../../ui/content-view.tsx";
import type { ExecutionDetail } from "./types.ts";

const UNFINISHED = new Set(["received", "waiting", "started"]);
const BAD_FROM = 400;

/** What the caller got. */
export function AnswerCard({ detail: { answer, output, id, status } }: { detail: ExecutionDetail }) {
  const nothing = UNFINISHED.has(status) ? "Not answered yet." : "The handler answered nothing.";
  return (
    <Card
      title="Answer"
      actions={
        answer === undefined ? undefined : (
          <Badge tone={answer.status < BAD_FROM ? "good" : "danger"}>HTTP {answer.status}</Badge>
        )
      }
    >
      {output === undefined ? (
        <p className="text-soft">{nothing}</p>
      ) : (
        <ContentView label="Answer" content={output} fileName={`${id}-answer`} />
      )}
      {answer === undefined || answer.headers.length === 0 ? undefined : (
        <details className="mt-3">
          <summary className="cursor-pointer text-soft">Headers</summary>
          <dl className="mt-2 grid gap-1 font-mono text-xs">
            {answer.headers.map(([name, value], index) => (
              <div key={`${index}-${name}`} className="flex flex-wrap gap-x-2 [overflow-wrap:anywhere]">
                <dt className="text-soft">{name}:</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </Card>
  );
}
