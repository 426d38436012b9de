import { formatBytes } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { ContentView } from "../../ui/content-view.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import type { DeliveryDetail } from "./delivery-detail.ts";

/** The request as it came. */
export function RawRequest({ delivery }: { delivery: DeliveryDetail }) {
  const { method, path, query, headers, body, bodyBytes, id } = delivery;
  const target = query === "" ? path : `${path}?${query.replace(/^\?/, "")}`;
  const headerText = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return (
    <Card title="Request">
      <div className="grid min-w-0 gap-5">
        <p className="font-mono text-xs [overflow-wrap:anywhere]">
          <span className="font-semibold">{method}</span> {target}
        </p>
        {query === "" ? undefined : <Query query={query} />}
        <section className="grid min-w-0 gap-1" aria-label="Headers">
          <div className="flex items-center justify-between">
            <h3 className="font-medium">Headers</h3>
            <CopyButton text={headerText} label="Copy headers" />
          </div>
          {headers.length === 0 ? <p className="text-soft">None.</p> : <Pairs pairs={headers} />}
        </section>
        <section className="grid min-w-0 gap-1" aria-label="Body">
          <h3 className="font-medium">Body</h3>
          {body === undefined ? (
            <p className="text-soft">
              {bodyBytes === 0 ? "None, or it was not kept." : `${formatBytes(bodyBytes)}, not kept.`}
            </p>
          ) : (
            <ContentView content={body} label="Body" fileName={id} />
          )}
        </section>
      </div>
    </Card>
  );
}

function Query({ query }: { query: string }) {
  return (
    <section className="grid min-w-0 gap-1" aria-label="Query">
      <h3 className="font-medium">Query</h3>
      <Pairs pairs={[...new URLSearchParams(query)]} />
    </section>
  );
}

/** Names and values; the same name may come more than once. */
function Pairs({ pairs }: { pairs: readonly (readonly [string, string])[] }) {
  return (
    <dl className="divide-y rounded-lg border font-mono text-xs">
      {pairs.map(([name, value], index) => (
        <div key={index} className="grid gap-x-4 px-3 py-1.5 sm:grid-cols-[14rem_minmax(0,1fr)]">
          <dt className="text-soft [overflow-wrap:anywhere]">{name}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
