import { FlowwError } from "@floww/contract/errors";
import type { Command } from "../command.ts";
import { executorFile } from "../executor-file.ts";
import { buildBundle } from "../project/build-bundle.ts";
import { type Deployed, deployBundle } from "../project/deploy-bundle.ts";
import { ensureWorkflow } from "../project/ensure-workflow.ts";
import { enumerateBundle } from "../project/enumerate-bundle.ts";
import { readProject } from "../project/read-project.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

export const deploy: Command = {
  usage: "deploy [folder]",
  summary: "Bundle the workflow, prove it on the server, and make it live.",
  example: "floww deploy --yes --json",
  options: [
    { flags: "--yes", description: "create the workflow without asking when it does not exist" },
    { flags: "--json", description: "print the deployment as JSON" },
  ],
  run: async ({ args, options, environment, terminal }) => {
    const project = await readProject(args[0] ?? ".");
    const session = await openSession(environment);
    const workflow = await ensureWorkflow(session, project, async () => {
      if (options.yes === true) return true;
      return terminal.confirm(
        `There is no workflow "${project.name}" in ${session.namespace.name}. Create it?`,
        "--yes",
      );
    });
    if (workflow === undefined) throw new FlowwError("NOT_FOUND", `There is no workflow "${project.name}".`);
    const bundle = await buildBundle(project.entryFile);
    const manifest = await enumerateBundle(bundle, executorFile);
    const request = { namespaceId: session.namespace.id, workflowId: workflow.id, bundle, manifest };
    const deployed = await deployBundle(session.client, request);
    for (const warning of deployed.warnings) terminal.note(`warning: ${warning}`);
    if (options.json === true) terminal.json(deployed);
    else printDeployed(terminal, project.name, deployed);
  },
};

function printDeployed(terminal: Terminal, name: string, deployed: Deployed): void {
  terminal.print(`${name} version ${deployed.version} is live (${deployed.runtime}).`);
  for (const trigger of deployed.triggers) {
    if (trigger.url !== undefined) terminal.print(`  ${trigger.method} ${trigger.url}`);
    else if (trigger.expression !== undefined)
      terminal.print(`  cron ${trigger.expression} (${trigger.timezone})`);
    else terminal.print(`  ${trigger.handlerId}`);
  }
}
