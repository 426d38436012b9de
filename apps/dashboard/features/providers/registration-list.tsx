import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import type { Provider } from "./provider-parts.ts";

/** The webhooks that the server keeps at the service. */
export function RegistrationList({ registrations }: Pick<Provider, "registrations">) {
  const failing = registrations.filter(({ status }) => status === "failing").length;
  return (
    <details open={failing > 0}>
      <summary className="cursor-pointer font-medium">
        {registrations.length === 1 ? "One webhook" : `${registrations.length} webhooks`} at the service
        {failing === 0 ? "" : `, ${failing} failing`}
      </summary>
      <ul className="mt-2 divide-y rounded-lg border">
        {registrations.map(({ target, events, status, failure, checkedAt }) => (
          <li key={target} className="grid gap-1 px-3 py-2">
            <div className="flex flex-wrap items-center gap-2">
              <span className="min-w-0 font-medium [overflow-wrap:anywhere]">{target}</span>
              <Health status={status} />
              {checkedAt === undefined ? undefined : (
                <span className="text-xs text-soft">
                  checked <Ago at={checkedAt} />
                </span>
              )}
            </div>
            <p className="text-xs text-soft [overflow-wrap:anywhere]">{events.join(", ")}</p>
            {failure === undefined ? undefined : (
              <p className="text-danger [overflow-wrap:anywhere]">{failure}</p>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

export function Health({ status }: Pick<Provider, "status">) {
  return <Badge tone={status === "working" ? "good" : "danger"}>{status}</Badge>;
}
