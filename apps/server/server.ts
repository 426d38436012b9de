import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Config } from "./config/config.ts";
import type { ServerContext } from "./context.ts";
import { createLedger } from "./domain/deliveries/ledger.ts";
import { RefusedRecorder } from "./domain/deliveries/record-refused.ts";
import { Declarations } from "./domain/deployments/declarations.ts";
import { createRuntimeTarget } from "./domain/deployments/runtime-target.ts";
import { isImageDeployed, listDeploymentIds } from "./domain/deployments/store.ts";
import { mirrorEvent } from "./domain/dev-sessions/mirror-event.ts";
import { runWaiting } from "./domain/dev-sessions/run-waiting.ts";
import { type HostOperations, valueOperations } from "./domain/executions/host-operations.ts";
import { QueueLengths } from "./domain/executions/queue-lengths.ts";
import { RemoteRuns } from "./domain/executions/remote-runs.ts";
import { createRunTokens } from "./domain/executions/run-tokens.ts";
import { RunsInHand } from "./domain/executions/runs-in-hand.ts";
import { metadataOperations } from "./domain/executions/set-ups/metadata-operations.ts";
import { EXECUTION_CANCELLED } from "./domain/executions/store.ts";
import { createIdentity } from "./domain/identity/identity.ts";
import { JobStates } from "./domain/job-states/job-states.ts";
import { createJournalOperations } from "./domain/journal/journal-operations.ts";
import { createWaitLinks } from "./domain/journal/wait-links.ts";
import { ensureFirstNamespace } from "./domain/namespaces/first-namespace.ts";
import { ensureFirstOrganization } from "./domain/organizations/first-organization.ts";
import { SetUp } from "./domain/organizations/set-up.ts";
import { notifyProvidersChanged, PROVIDERS_CHANGED } from "./domain/providers/store.ts";
import { openRegistry } from "./domain/registry/registry.ts";
import { openKeys } from "./domain/secrets/keys/open-keys.ts";
import { VARIABLES_CHANGED } from "./domain/secrets/variable-store.ts";
import { Switches } from "./domain/switches/switches.ts";
import { RouteTable } from "./domain/triggers/route-table.ts";
import { acknowledgeRoutes, forgetAcknowledgements } from "./domain/triggers/store.ts";
import { WORKFLOW_CHANGED } from "./domain/workflows/store.ts";
import { closeHttp } from "./http/close-http.ts";
import { listenHttp } from "./http/listener.ts";
import { followDevSessions } from "./jobs/follow-dev-sessions.ts";
import { followIdentityEvents } from "./jobs/follow-identity-events.ts";
import { keepFunctionsBounded } from "./jobs/keep-functions-bounded.ts";
import { keepKeys } from "./jobs/keep-keys.ts";
import { keepLease } from "./jobs/keep-lease.ts";
import { keepLedgerBounded } from "./jobs/keep-ledger-bounded.ts";
import { keepPartitions } from "./jobs/keep-partitions.ts";
import { keepRegistryBounded } from "./jobs/keep-registry-bounded.ts";
import { keepStatistics } from "./jobs/keep-statistics.ts";
import { keepSwitches } from "./jobs/keep-switches.ts";
import { RegistrationKeeper } from "./jobs/registration-keeper.ts";
import { ReplayRunner } from "./jobs/replay-runner.ts";
import { ExecutionQueue } from "./jobs/run-queue.ts";
import { SetUpKeeper } from "./jobs/set-up-keeper.ts";
import { sweepExpired } from "./jobs/sweep-expired.ts";
import { CronTicker } from "./jobs/tick-cron.ts";
import { watchIdle } from "./jobs/watch-idle.ts";
import { readAddressList } from "./platform/address-list.ts";
import { ServedArtifacts } from "./platform/blobs/served-artifacts.ts";
import { BodyRoom } from "./platform/body-room.ts";
import { listen } from "./platform/db/listen.ts";
import { lockHome } from "./platform/home-lock.ts";
import { newUuid } from "./platform/uuid-v7.ts";
import { assertAllReady, isAnswering } from "./start/assert-ready.ts";
import { refuseHalfRestored } from "./start/half-restored.ts";
import { ledgerTables } from "./start/migrations.ts";
import { openArtifacts } from "./start/open-artifacts.ts";
import { openBells } from "./start/open-bells.ts";
import { openContent } from "./start/open-content.ts";
import { openDashboard } from "./start/open-dashboard.ts";
import { openDatabase } from "./start/open-database.ts";
import { openDevSessions } from "./start/open-dev-sessions.ts";
import { openKeyWrapper } from "./start/open-key-wrapper.ts";
import { openOutsideIdentity, openOutsideMembers } from "./start/open-outside-identity.ts";
import { openProviders, readReach } from "./start/open-providers.ts";
import { openRealtime } from "./start/open-realtime.ts";
import { createOpenHost } from "./start/open-run-hosts.ts";
import { openRuntimes } from "./start/open-runtimes.ts";
import { ensureOwnerToken } from "./start/owner-token.ts";
import { writeServerFile } from "./start/server-file.ts";

export interface RunningServer {
  url: string;
  /** True for an embedded home in which nothing was ever live or deleted: what an earlier start did not come to is still to be done. */
  isFresh: boolean;
  isolation: string;
  namespaceId: string;
  /** Makes the first account, once; undefined when there is one. */
  setupUrl?: string;
  /** Resolves when no request has come for as long as the configuration says; never, when it says nothing. */
  idle: Promise<void>;
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 10_000;
/** No flush takes so long on a database that lives; who waits for one is told that nothing is known. */
const FLUSH_MS_MAX = 15_000;

/** The only wiring: opens every part in order, and closes them in the reverse one, whether it came to the end or not. */
export async function startServer(config: Config, report: (error: unknown) => void): Promise<RunningServer> {
  await using opened = new AsyncDisposableStack();
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  const lock = await lockHome(config.home);
  opened.defer(() => lock.release());
  refuseHalfRestored(config.home);

  const trustedProxies = readAddressList("FLOWW_TRUSTED_PROXIES", config.trustedProxies);
  const reach = readReach(config.allowAddresses);
  const { database, isFresh } = await openDatabase(config, opened, report);
  const serverId = newUuid();
  const jobStates = new JobStates({ database, serverId, report });
  opened.defer(() => jobStates.stop());
  const partitions = keepPartitions({ database, jobStates, report }, ledgerTables);
  opened.defer(() => partitions.stop());
  const switches = new Switches(database);
  const switchKeeper = await keepSwitches({ database, switches, report });
  opened.defer(() => switchKeeper.stop());
  const keyKeeper = await keepKeys({
    database,
    serverId,
    keys: await openKeys(database, await openKeyWrapper(database, config, opened)),
    report,
  });
  opened.defer(() => keyKeeper.stop());
  const { ring: keys, vault } = keyKeeper;
  const organization = await ensureFirstOrganization(database);
  const namespace = await ensureFirstNamespace(database, organization.id);
  await ensureOwnerToken(database, config.home, organization.id);

  const { artifacts, addresses } = await openArtifacts(config, opened);
  const registry = openRegistry(
    { database, keys, content: await openContent(config, opened) },
    { isWanted: (namespaceId, digest) => isImageDeployed(database, namespaceId, digest) },
  );
  let listening: URL | undefined;
  const publicUrl = () =>
    config.publicUrl ?? listening ?? new URL(`http://${config.listen.host}:${config.listen.port}`);
  const servedArtifacts = new ServedArtifacts({ key: keys.deriveKey("artifact-addresses"), publicUrl });
  const { driver, isolation, lambda } = await openRuntimes(config, {
    ...{ reach, registry, keys, opened },
    artifacts: {
      put: (namespaceId, bytes) => artifacts.put(namespaceId, bytes),
      // Where only this server can read them, it hands them out itself.
      addressOf: (namespaceId, hash) => (addresses ?? servedArtifacts).addressOf(namespaceId, hash),
    },
    isRouted: (target) => routes.isRouted(target),
  });
  const ledger = createLedger(() => database.connect({ queryMsMax: FLUSH_MS_MAX }));
  opened.defer(() => ledger.close());

  const routes = new RouteTable(
    database,
    (trigger) => createRuntimeTarget({ database, artifacts, vault }, trigger),
    { onRetired: (deploymentId) => driver.retire(deploymentId) },
  );
  const follow = async (workflowId: string) => {
    const generation = await routes.reload(workflowId);
    if (generation !== undefined) await acknowledgeRoutes(database, serverId, { workflowId, generation });
  };
  // Listening comes first: what changes while everything is read is then read again.
  const listener = await listen(database, WORKFLOW_CHANGED, {
    onNotification: (workflowId) => void follow(workflowId).catch(report),
    onReconnect: () => void routes.load().catch(report),
  });
  opened.defer(() => listener.close());
  await routes.load();
  await forgetAcknowledgements(database);

  const retireWorkflow = async (workflowId: string) => {
    for (const deploymentId of await listDeploymentIds(database, workflowId)) driver.retire(deploymentId);
  };
  const variables = await listen(database, VARIABLES_CHANGED, {
    onNotification: (workflowId) => void retireWorkflow(workflowId).catch(report),
    onReconnect: () => void Promise.all([...routes.workflowIds()].map(retireWorkflow)).catch(report),
  });
  opened.defer(() => variables.close());
  const sweeper = sweepExpired({ database, jobStates, report });
  opened.defer(() => sweeper.stop());
  const pruner = keepLedgerBounded({ database, artifacts, tables: ledgerTables, jobStates, report });
  opened.defer(() => pruner.stop());
  const counter = keepStatistics({ database, jobStates, report });
  opened.defer(() => counter.stop());
  if (lambda !== undefined) {
    const functionKeeper = keepFunctionsBounded({ database, artifacts, vault }, lambda, {
      jobStates,
      report,
    });
    opened.defer(() => functionKeeper.stop());
  }
  const registryKeeper = keepRegistryBounded(registry, { jobStates, report });
  opened.defer(() => registryKeeper.stop());
  const declared = new Declarations(database);
  const { providerServers, gateway } = openProviders({ database, reach }, opened);

  const { realtime, realtimeUrl, upgrade } = openRealtime(config.realtime, {
    publicUrl,
    report,
  });
  opened.defer(() => realtime.close());
  const bells = await openBells({ database, realtime, opened, report });
  const devSessions = await openDevSessions({
    database,
    realtime,
    providerServers,
    serverId,
    opened,
    report,
  });
  let isStopping = false;
  const outside = openOutsideIdentity(config.identity);
  const identity = createIdentity({ database, keys, publicUrl, report, outside: outside.identity });
  const outsideMembers = openOutsideMembers(config.identity, {
    directory: outside.directory,
    database,
    identity,
    firstOrganizationId: organization.id,
    realtime,
    report,
  });
  const setUp = await SetUp.open(database, identity);
  const runTokens = createRunTokens(keys);
  const links = createWaitLinks(keys, publicUrl);
  const wakeQueue = () => queue.wake();
  const operations: HostOperations = {
    ...valueOperations,
    ...metadataOperations,
    ...createJournalOperations({
      database,
      artifacts,
      ledger,
      links,
      bells,
      wakeQueue,
      wakeBatch: (batchKey) => queue.wakeBatch(batchKey),
      report,
    }),
  };
  const context: ServerContext = {
    database,
    identity,
    outsideMembers,
    setUp,
    firstOrganizationId: organization.id,
    trustedProxies,
    bodyRoom: new BodyRoom(),
    artifacts,
    servedArtifacts,
    driver,
    ledger,
    routes,
    devSessions,
    dashboard: await openDashboard(config.dashboardFolder),
    refused: new RefusedRecorder({ ledger, bells }),
    realtime,
    bells,
    serverId,
    runs: new RunsInHand(),
    report,
    publicUrl,
    webhookUrl: () => baseOf(publicUrl()),
    realtimeUrl,
    links,
    wakeQueue,
    wakeQueueIn: (ms) => queue.wakeIn(ms),
    queueLengths: new QueueLengths(database),
    jobStates,
    switches,
    wakeKey: (flowKey) => queue.wakeKey(flowKey),
    wakeBatch: (batchKey) => queue.wakeBatch(batchKey),
    onLiveEvent: (event) => mirrorEvent(context, event),
    wakeDevSessions: (ids) => {
      for (const id of ids) {
        const live = devSessions.findById(id);
        if (live !== undefined) void runWaiting(context, live).catch(report);
      }
    },
    vault,
    registry,
    providerServers,
    gateway,
    isPublic: () => config.publicUrl !== undefined,
    providersChanged: (namespaceId) => {
      keeper.settle(namespaceId);
      notifyProvidersChanged(database, namespaceId).catch(report);
    },
    settleRegistrations: (namespaceId) => keeper.settle(namespaceId),
    settleSetUps: (workflowId) => setUps.settle(workflowId),
    retireWorkflow,
    openHost: createOpenHost({
      database,
      vault,
      providerServers,
      gateway,
      operations,
      declared,
      devSessions,
    }),
    runTokens,
    remoteRuns: new RemoteRuns(),
    callBackFor: (run) => ({
      url: `${baseOf(publicUrl())}/api/runs/${formatId("execution", run.id)}/calls`,
      token: runTokens.create(run),
    }),
    assertReady: async () => {
      if (isStopping) throw new FlowwError("SERVER_STOPPING");
      await assertAllReady({
        database: () => isAnswering(database),
        lease: () => lease.isHeld(),
        notifications: () => [...database.listeners].every(({ isConnected }) => isConnected),
        runtime: () => driver.canStart(),
      });
    },
  };

  const keeper = new RegistrationKeeper(context);
  opened.defer(() => keeper.stop());
  const providersListener = await listen(database, PROVIDERS_CHANGED, {
    onNotification: (namespaceId) => void devSessions.tellProvidersChanged(namespaceId).catch(report),
    onReconnect: () => undefined,
  });
  opened.defer(() => providersListener.close());
  const queue = new ExecutionQueue(context);
  opened.defer(() => queue.stop(STOP_GRACE_MS));
  const cancelled = await listen(database, EXECUTION_CANCELLED, {
    onNotification: (id) => {
      driver.cancel(formatId("execution", id));
      devSessions.cancel(formatId("execution", id));
    },
    // A cancelled run that nobody told of it changes nothing any more, and ends at its deadline.
    onReconnect: () => undefined,
  });
  opened.defer(() => cancelled.close());
  const setUps = new SetUpKeeper(context);
  opened.defer(() => setUps.stop());
  const lease = await keepLease(context);
  opened.defer(() => lease.stop());
  // From here on who rotates keys waits for this server, and what was rotated before is seen.
  await keyKeeper.follow();
  // After it: what was opened elsewhere before this server counted as living was told to others only.
  const followed = await followDevSessions(context);
  opened.defer(() => followed.stop());

  const follower = followIdentityEvents(context);
  opened.defer(() => follower.stop());
  const replays = new ReplayRunner(context);
  opened.defer(() => replays.stop());

  const ticker = new CronTicker(context);
  ticker.start();
  opened.defer(() => ticker.stop());

  const http = await listenHttp(context, {
    ...config.listen,
    upgrade,
  });
  opened.defer(() => closeHttp(http, STOP_GRACE_MS));
  // Before it: a laptop's connection is no request that ends, and a listener waits for every connection.
  opened.defer(() => realtime.close());
  listening = addressOf(http.address() as AddressInfo, config.listen.host);
  queue.wake();
  const serverFile = await writeServerFile(config.home, {
    url: baseOf(listening),
    host: config.listen.host,
    publicUrl: baseOf(publicUrl()),
    pid: process.pid,
    isolation,
  });
  opened.defer(() => serverFile.remove());

  const idle = watchIdle(http, config.idleStopMs);
  opened.defer(() => idle.stop());

  const parts = opened.move();
  return {
    idle: idle.reached,
    url: baseOf(publicUrl()),
    isFresh,
    isolation,
    namespaceId: namespace.id,
    ...(setUp.token === undefined ? {} : { setupUrl: setupUrlOf(publicUrl(), setUp.token) }),
    stop: async () => {
      isStopping = true;
      await parts.disposeAsync();
    },
  };
}

function setupUrlOf(publicUrl: URL, token: string): string {
  const url = new URL("/setup", publicUrl);
  url.searchParams.set("token", token);
  return url.href;
}

function baseOf(url: URL): string {
  return url.href.replace(/\/$/, "");
}

function addressOf({ port }: AddressInfo, host: string): URL {
  const shown = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return new URL(`http://${shown}:${port}`);
}
