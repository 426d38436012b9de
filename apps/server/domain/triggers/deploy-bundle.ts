import type { DriverName, RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Database } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { proveBundle } from "../deployments/prove-bundle.ts";
import { createRuntimeTarget } from "../deployments/runtime-target.ts";
import {
  type Deployment,
  findBundle,
  findDeployment,
  findDeploymentByVersion,
  getManifest,
  insertDeployment,
} from "../deployments/store.ts";
import { requireProviders } from "../providers/require-providers.ts";
import { type ProviderKey, type ProviderMapping, setProviderMappings } from "../providers/store.ts";
import type { DriverSet } from "../runtimes/drivers/driver-set.ts";
import { requireSecrets } from "../secrets/read-secret.ts";
import type { Vault } from "../secrets/vault.ts";
import { workflowNotFound } from "../workflows/get-workflow.ts";
import { lockWorkflow } from "../workflows/store.ts";
import { activateDeployment } from "./activate-deployment.ts";
import { awaitServers } from "./await-servers.ts";
import { checkTriggers } from "./check-triggers.ts";
import { type RegisterContext, registerTriggers } from "./register-triggers.ts";
import type { RouteTable } from "./route-table.ts";
import type { Trigger } from "./store.ts";
import { requireAuthSecrets } from "./verify-webhook.ts";

export interface DeployContext extends RegisterContext {
  serverId: string;
  database: Database;
  artifacts: ArtifactStore;
  driver: DriverSet;
  vault: Vault;
  routes: RouteTable;
  /** After a switch: what nothing listens for any more is taken back from the vendors. */
  settleRegistrations(namespaceId: string): void;
}

export interface Deployed {
  deployment: Deployment;
  triggers: Trigger[];
  warnings: string[];
  timingsMs: Record<string, number>;
}

interface DeployRequest {
  namespaceId: string;
  /** What floww.yaml says of it, and where the namespace's deployments run otherwise. */
  runtime: RuntimeSettings;
  namespaceDriver: DriverName;
  workflowId: string;
  bundleHash: string;
  manifest: Manifest;
  /** Of floww.yaml: names in code that stand for other providers than those of that alias. */
  mappings: readonly ProviderMapping[];
  createdBy: string;
}

const FEED = "`floww replay <id>`";

/** Proves, then switches, then answers: until the switch commits, the old version is live and untouched. */
export async function deployBundle(context: DeployContext, request: DeployRequest): Promise<Deployed> {
  const { namespaceId, workflowId, bundleHash, mappings } = request;
  const { database, driver } = context;
  if ((await findBundle(database, namespaceId, bundleHash)) === undefined) {
    throw new FlowwError("BUNDLE_MISSING", `The bundle ${bundleHash} was never uploaded to this namespace.`);
  }
  const runtime = driver.place(request.runtime, request.namespaceDriver);
  const placed = runtime.driver === "process" ? null : runtime;
  const id = newUuid();
  const clock = stopwatch();
  const target = createRuntimeTarget(context, {
    namespaceId,
    workflowId,
    deploymentId: id,
    bundleHash,
    placed,
  });
  // Without the variables, as on the author's machine: what a workflow declares must not hang on them.
  const manifest = await proveBundle(driver, { ...target, env: async () => ({}) }, request.manifest);
  checkTriggers(manifest, context.providerServers);
  await requireSecrets(database, namespaceId, manifest.secrets);
  await requireAuthSecrets(context, namespaceId, manifest.triggers);
  await requireProviders(database, namespaceId, { used: usedProviders(manifest), mappings });
  const proveMs = clock();
  if (mappings.length > 0) await setProviderMappings(database, id, mappings);
  const warnings = await registerOrSettle(context, { namespaceId, ownerId: id }, manifest);
  const registerMs = clock();
  const switched = await database.transaction(async (transaction) => {
    if ((await lockWorkflow(transaction, namespaceId, workflowId)) === undefined)
      throw workflowNotFound(workflowId);
    const row = {
      id,
      namespaceId,
      workflowId,
      bundleHash,
      runtime: runtime.driver,
      placed,
      createdBy: request.createdBy,
    };
    const deployment = await insertDeployment(transaction, row, manifest);
    return { deployment, ...(await activateDeployment(transaction, deployment, manifest)) };
  });
  driver.loadAhead(target);
  await context.routes.reload(workflowId);
  warnings.push(...(await awaitServers(context, { workflowId, generation: switched.generation })));
  context.settleRegistrations(namespaceId);
  const timingsMs = { prove: proveMs, register: registerMs, switch: clock() };
  return { ...switched, warnings: [...manifest.warnings, ...warnings], timingsMs };
}

/** Back to the version named, or to the one that was active before this one; twice toggles. */
export async function rollBack(
  context: DeployContext,
  {
    namespaceId,
    workflowId,
    version,
  }: { namespaceId: string; workflowId: string; version: number | undefined },
): Promise<Deployed> {
  const clock = stopwatch();
  let warnings: string[] = [];
  const switched = await context.database.transaction(async (transaction) => {
    const workflow = await lockWorkflow(transaction, namespaceId, workflowId);
    if (workflow === undefined) throw workflowNotFound(workflowId);
    const active =
      workflow.activeDeploymentId === null
        ? undefined
        : await findDeployment(transaction, namespaceId, workflow.activeDeploymentId);
    const wanted =
      version === undefined
        ? active?.previousId && (await findDeployment(transaction, namespaceId, active.previousId))
        : await findDeploymentByVersion(transaction, { namespaceId, workflowId, version });
    if (!wanted && version !== undefined)
      throw new FlowwError("NOT_FOUND", `There is no version ${version} of this workflow.`);
    if (!wanted)
      throw new FlowwError("STATE_CONFLICT", "No version was active before this one.", {
        fix: "Name one: `floww list deployments` shows them.",
      });
    const manifest = await getManifest(transaction, wanted.id);
    warnings = await registerOrSettle(context, { namespaceId, ownerId: wanted.id }, manifest);
    return { deployment: wanted, ...(await activateDeployment(transaction, wanted, manifest)) };
  });
  await context.routes.reload(workflowId);
  warnings.push(...(await awaitServers(context, { workflowId, generation: switched.generation })));
  context.settleRegistrations(namespaceId);
  return { ...switched, warnings, timingsMs: { switch: clock() } };
}

/** What it calls, and what it listens to. */
function usedProviders({ providers, triggers }: Manifest): ProviderKey[] {
  const listened = triggers.map(({ provider }) => provider).filter(({ type }) => type !== "builtin");
  return [...new Map([...providers, ...listened].map((key) => [`${key.type} ${key.alias}`, key])).values()];
}

/** A version that does not go live leaves nothing behind at the vendors. */
function registerOrSettle(
  context: DeployContext,
  owner: { namespaceId: string; ownerId: string },
  { triggers }: Manifest,
): Promise<string[]> {
  return registerTriggers(context, { ...owner, feedWith: FEED }, triggers).then(
    ({ warnings }) => warnings,
    (error: unknown) => {
      context.settleRegistrations(owner.namespaceId);
      throw error;
    },
  );
}

/** Milliseconds since the last call. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const elapsed = Math.round((now - last) * 10) / 10;
    last = now;
    return elapsed;
  };
}
