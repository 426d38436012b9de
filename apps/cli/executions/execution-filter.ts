import { executionStatuses } from "@floww/contract/api";
import type { CommandOption } from "../command.ts";
import { textOf } from "../command.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import type { Session } from "../session.ts";
import { readEnum } from "./read-enum.ts";
import { readInstant } from "./read-instant.ts";

/** What executions are chosen by, besides their status. */
export const filterOptions: readonly CommandOption[] = [
  { flags: "-w, --workflow <name>", description: "only of this workflow, by name or id" },
  { flags: "--trigger <id>", description: "only of this trigger" },
  { flags: "--deployment <id>", description: "only of this version; `floww list deployments` shows ids" },
  { flags: "--since <when>", description: "from then on: 30m, 1h, 2d, or an instant" },
  { flags: "--until <when>", description: "up to then" },
];

/** @throws FlowwError INPUT_INVALID, NOT_FOUND */
export async function readFilter(options: Parameters<typeof textOf>[0], session: Session) {
  const now = Date.now();
  const name = textOf(options, "workflow");
  return {
    status: readEnum("status", textOf(options, "status"), executionStatuses),
    workflowId: name === undefined ? undefined : (await getWorkflow(session, name)).id,
    triggerId: textOf(options, "trigger"),
    deploymentId: textOf(options, "deployment"),
    from: readInstant("--since", textOf(options, "since"), now),
    to: readInstant("--until", textOf(options, "until"), now),
  };
}
