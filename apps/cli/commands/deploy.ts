import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { type Command, type CommandCall, jsonOption } from "../command.ts";
import { deployBundle, elapsedMs, isUploaded } from "../project/deploy-bundle.ts";
import { ensureWorkflow, findWorkflow } from "../project/ensure-workflow.ts";
import { planProviders, planTriggers } from "../project/plan-deployment.ts";
import { type PreparedBundle, prepareBundle } from "../project/prepare-bundle.ts";
import { printLive } from "../project/print-deployed.ts";
import { type DeploymentPlan, printPlan } from "../project/print-plan.ts";
import { provideRuntime } from "../project/provide-runtime.ts";
import { type Project, readProject } from "../project/read-project.ts";
import { configureMissing } from "../providers/configure-missing.ts";
import { matchProviders } from "../providers/match-providers.ts";
import { listProviders } from "../providers/provider-name.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

export const deploy: Command = {
  usage: "deploy [folder]",
  summary: "Bundle the workflow, prove it on the server, and make it live.",
  example: "floww deploy --yes --json",
  options: [
    { flags: "--plan", description: "only show what would be created, changed and removed" },
    { flags: "--yes", description: "create the workflow without asking when it does not exist" },
    jsonOption,
  ],
  run: async ({ args, options, environment, terminal }) => {
    const startedAt = performance.now();
    const project = await readProject(args[0] ?? ".");
    const session = await openSession(environment);
    if (options.plan === true) return showPlan({ options, terminal }, project, session);
    const workflow = await ensureWorkflow(session, project, async () => {
      if (options.yes === true) return true;
      return terminal.confirm(
        `There is no workflow "${project.name}" in ${session.namespace.name}. Create it?`,
        "--yes",
      );
    });
    if (workflow === undefined) return terminal.note("Nothing was created and nothing deployed.");
    const { bundle, manifest, timingsMs } = await prepareConfigured({ session, terminal }, project);
    const prepared = performance.now();
    const runtime = await provideRuntime(project, bundle, {
      session,
      terminal,
      cache: join(environment.cacheFolder, "images"),
      variables: environment.variables,
    });
    const imageMs = runtime === project.runtime ? {} : { image: elapsedMs(prepared) };
    const request = {
      namespaceId: session.namespace.id,
      workflowId: workflow.id,
      bundle,
      manifest,
      providers: project.providers,
      runtime,
    };
    const deployed = await deployBundle(session.client, request);
    const total = elapsedMs(startedAt);
    const result = { ...deployed, timingsMs: { ...timingsMs, ...imageMs, ...deployed.timingsMs, total } };
    if (options.json === true) return terminal.json(result);
    printLive(terminal, workflow.name, result);
    terminal.note(`Done in ${(total / 1000).toFixed(1)} s.`);
  },
};

/**
 * Builds and enumerates until all that the code uses is configured: what is missing is asked for, and then everything
 * begins again, with what there is by then.
 *
 * @throws FlowwError PROVIDER_MISSING when nobody is there to be asked
 */
async function prepareConfigured(
  { session, terminal }: { session: Session; terminal: Terminal },
  project: Project,
): Promise<PreparedBundle> {
  for (;;) {
    const configured = await listProviders(session);
    const prepared = await prepareBundle(project);
    const { missing } = matchProviders(prepared.manifest.providers, project, configured);
    if (missing.length === 0) return prepared;
    await configureMissing(session, terminal, missing);
  }
}

/** Changes nothing, on the server or here. */
async function showPlan(
  { options, terminal }: Pick<CommandCall, "options" | "terminal">,
  project: Project,
  session: Session,
): Promise<void> {
  const { client, namespace } = session;
  const workflow = await findWorkflow(session, project);
  const { bundle, manifest, timingsMs } = await prepareBundle(project);
  if (manifest.triggers.length === 0) throw new FlowwError("NO_TRIGGERS");
  const params = workflow && { namespaceId: namespace.id, workflowId: workflow.id };
  const live = params === undefined ? [] : (await client.listTriggers({ params })).items;
  const versions = params === undefined ? [] : (await client.listDeployments({ params })).items;
  const active = versions.find(({ isActive }) => isActive);
  const plan: DeploymentPlan = {
    workflow: {
      name: workflow?.name ?? project.name,
      ...(workflow && { id: workflow.id }),
      isNew: workflow === undefined,
    },
    liveVersion: active?.version,
    bundle: {
      hash: bundle.hash,
      bytes: bundle.code.byteLength,
      isUploaded: await isUploaded(client, namespace.id, bundle),
      isLive: active?.bundleHash === bundle.hash,
    },
    triggers: planTriggers(manifest, live, workflow?.webhookUrl),
    providers: planProviders(matchProviders(manifest.providers, project, await listProviders(session))),
    warnings: manifest.warnings,
    timingsMs,
  };
  if (options.json === true) terminal.json(plan);
  else printPlan(terminal, plan);
}
