import { limits } from "@floww/contract/limits";
import type { FormEvent } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { formatBytes } from "../../lib/format.ts";
import { useMay, useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Loading } from "../../ui/states.tsx";
import { useSay } from "../../ui/toasts.tsx";

const MB = 1024 * 1024;
const GB = 1024 * MB;

/** How long and how much of deliveries, executions and logs is kept, and how much there is. */
export function KeptRecords() {
  const namespaceId = useNamespaceId();
  const mayChange = useMay("organization.manage");
  const retention = useApi("getRetention", { params: { namespaceId } });
  return (
    <QueryView query={retention} loading={<Loading rows={4} className="p-0" />}>
      {({ days, bytesMax, usedBytes }) => (
        <div className="grid gap-4">
          <UsedBytes used={usedBytes} max={bytesMax} />
          {mayChange ? (
            <RetentionForm key={`${days} ${bytesMax}`} days={days} bytesMax={bytesMax} />
          ) : (
            <p className="text-soft">
              Kept for {days} days, up to {formatBytes(bytesMax)}. An owner of the organization can change it.
            </p>
          )}
        </div>
      )}
    </QueryView>
  );
}

function UsedBytes({ used, max }: { used: number; max: number }) {
  const share = Math.min(100, (used / max) * 100);
  return (
    <div>
      <div className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium">{formatBytes(used)} used</span>
        <span className="text-soft">of {formatBytes(max)}</span>
      </div>
      <meter className="sr-only" min={0} max={max} value={used} aria-label="Bytes used" />
      <div aria-hidden="true" className="mt-1 h-2 overflow-hidden rounded-full bg-hover">
        {used === 0 ? undefined : (
          <div className="h-full min-w-0.5 rounded-full bg-accent" style={{ width: `${share}%` }} />
        )}
      </div>
      <p className="mt-1 text-xs text-soft">
        Deliveries, executions and logs; counted some twenty minutes late.
      </p>
    </div>
  );
}

function RetentionForm({ days, bytesMax }: { days: number; bytesMax: number }) {
  const namespaceId = useNamespaceId();
  const say = useSay();
  const change = useChange("setRetention");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { days: Number(form.get("days")), bytesMax: Math.round(Number(form.get("gb")) * GB) };
    await change.mutateAsync({ params: { namespaceId }, body });
    say("Retention changed", "What is past it goes within minutes.");
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-3">
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label="Keep for (days)" help={`1 to ${limits.retentionDaysCeiling}.`}>
          <Input
            name="days"
            type="number"
            required
            min={1}
            max={limits.retentionDaysCeiling}
            step={1}
            defaultValue={days}
          />
        </Field>
        <Field
          label="Keep at most (GB)"
          help={`Up to ${formatBytes(limits.retentionBytesCeiling)}; past it the oldest go.`}
        >
          <Input
            name="gb"
            type="number"
            required
            min={MB / GB}
            max={limits.retentionBytesCeiling / GB}
            step="any"
            defaultValue={Number((bytesMax / GB).toFixed(3))}
          />
        </Field>
      </div>
      <p className="text-soft">Less than now deletes what is past it. That cannot be taken back.</p>
      <Problem error={change.error} />
      <div className="flex justify-end">
        <Button type="submit" isBusy={change.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
