import { printableLine } from "../printable.ts";
import { commandFor, shownName } from "../providers/provider-name.ts";
import type { Terminal } from "../terminal.ts";
import type { PlannedTrigger, ProviderPlan, TriggerPlan } from "./plan-deployment.ts";

export interface DeploymentPlan {
  workflow: { name: string; id?: string; isNew: boolean };
  liveVersion: number | undefined;
  bundle: { hash: string; bytes: number; isUploaded: boolean; isLive: boolean };
  triggers: TriggerPlan;
  providers: ProviderPlan;
  warnings: string[];
  timingsMs: Record<string, number>;
}

export function printPlan(terminal: Terminal, plan: DeploymentPlan): void {
  for (const warning of plan.warnings) terminal.note(`warning: ${printableLine(warning)}`);
  const { name, isNew } = plan.workflow;
  if (isNew) terminal.print(`+ workflow ${name} (new; its webhooks get their address then)`);
  terminal.print(describeCode(plan));
  const groups: [mark: string, triggers: PlannedTrigger[]][] = [
    ["+", plan.triggers.created],
    ["~", plan.triggers.changed],
    ["-", plan.triggers.removed],
    ["=", plan.triggers.unchanged],
  ];
  for (const [mark, triggers] of groups) {
    for (const { handlerId, what } of triggers) terminal.print(`${mark} ${printableLine(what || handlerId)}`);
  }
  for (const { account, status, ...name } of plan.providers.used)
    terminal.print(printableLine(`= provider ${shownName(name)}: ${account}, ${status}`));
  for (const name of plan.providers.missing)
    terminal.print(
      printableLine(`! provider ${shownName(name)} is not configured: ${commandFor("set", name)}`),
    );
  terminal.note("+ created, ~ changed, - removed, = as it is. Nothing was changed; `floww deploy` does it.");
}

function describeCode({ bundle, liveVersion }: DeploymentPlan): string {
  const size = `${Math.ceil(bundle.bytes / 1024)} kB`;
  if (liveVersion === undefined) return `+ code, ${size}, as the first version`;
  if (bundle.isLive) return `= code, ${size}, the same as in live version ${liveVersion}`;
  return `~ code, ${size}, in place of live version ${liveVersion}`;
}
