import { Clock, Hand, type LucideIcon, Webhook, Zap } from "lucide-react";
import { useState } from "react";
import { formatInstant } from "../../lib/format.ts";
import { useMay } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { curlOf } from "./curl-of.ts";
import { RunManual } from "./run-manual.tsx";
import { SendTestEvent } from "./send-test-event.tsx";
import type { Trigger, WorkflowParams } from "./types.ts";

const ICONS: Record<string, LucideIcon> = { onWebhook: Webhook, onCron: Clock, onManual: Hand };

interface TriggerItemProps {
  params: WorkflowParams;
  trigger: Trigger;
}

export function TriggerItem({ params, trigger }: TriggerItemProps) {
  const mayRun = useMay("workflow.run");
  const [open, setOpen] = useState<"test" | "manual">();
  const Icon = ICONS[trigger.type] ?? Zap;
  const close = () => setOpen(undefined);
  return (
    <li className="border-b px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 items-start gap-3">
          <Icon size={18} className="mt-0.5 shrink-0 text-soft" aria-hidden="true" />
          <div className="min-w-0">
            <p className="font-medium [overflow-wrap:anywhere]">{trigger.handlerId}</p>
            <p className="text-soft">{describe(trigger)}</p>
          </div>
        </div>
        {mayRun ? (
          <div className="flex gap-2">
            {trigger.url === undefined ? undefined : (
              <Button onClick={() => setOpen("test")}>Send a test event</Button>
            )}
            {trigger.name === undefined || trigger.type !== "onManual" ? undefined : (
              <Button look="primary" onClick={() => setOpen("manual")}>
                Run
              </Button>
            )}
          </div>
        ) : undefined}
      </div>
      {trigger.url === undefined ? undefined : (
        <div className="mt-2 ml-7 grid gap-1">
          <Copyable label="Copy the address" text={trigger.url} />
          <Copyable label="Copy the curl line" text={curlOf(trigger.method ?? "POST", trigger.url)} />
        </div>
      )}
      {trigger.nextRunsAt === undefined || trigger.nextRunsAt.length === 0 ? undefined : (
        <div className="mt-2 ml-7">
          <p className="text-xs text-soft">Next runs, in your time zone</p>
          <ol className="mt-1 flex flex-wrap gap-x-4 gap-y-1 tabular-nums">
            {trigger.nextRunsAt.map((at) => (
              <li key={at}>
                <time dateTime={at}>{formatInstant(at)}</time>
              </li>
            ))}
          </ol>
        </div>
      )}
      {open === "test" ? <SendTestEvent params={params} trigger={trigger} onClose={close} /> : undefined}
      {open === "manual" ? <RunManual params={params} trigger={trigger} onClose={close} /> : undefined}
    </li>
  );
}

function Copyable({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex min-w-0 items-center gap-1">
      <code className="min-w-0 truncate rounded-md bg-code px-2 py-1 text-xs">{text}</code>
      <CopyButton label={label} text={text} />
    </div>
  );
}

function describe({ type, provider, method, expression, timezone, key }: Trigger): string {
  if (type === "onWebhook") return `Webhook, ${method ?? "any method"}`;
  if (expression !== undefined)
    return `Schedule ${expression}${timezone === undefined ? "" : ` in ${timezone}`}`;
  if (type === "onManual") return "Run by hand";
  const alias = provider.alias === "default" ? "" : ` (${provider.alias})`;
  return `${provider.type}${alias}, ${type}${key === undefined ? "" : `: ${key}`}`;
}
