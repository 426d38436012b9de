import type { BlockList } from "node:net";
import type { ReceiveContext } from "./domain/deliveries/receive-webhook.ts";
import type { RefusedRecorder } from "./domain/deliveries/record-refused.ts";
import type { DevSessionHub } from "./domain/dev-sessions/dev-session-hub.ts";
import type { QueueLengths } from "./domain/executions/queue-lengths.ts";
import type { RunTokens } from "./domain/executions/run-tokens.ts";
import type { Identity } from "./domain/identity/identity.ts";
import type { JobStates } from "./domain/job-states/job-states.ts";
import type { WaitLinks } from "./domain/journal/wait-links.ts";
import type { NamespaceBells } from "./domain/live/namespace-bells.ts";
import type { OutsideMembers } from "./domain/organizations/outside/outside-members.ts";
import type { SetUp } from "./domain/organizations/set-up.ts";
import type { Gateway } from "./domain/providers/gateway/gateway.ts";
import type { ProviderServers } from "./domain/providers/provider-servers.ts";
import type { Registry } from "./domain/registry/registry.ts";
import type { DriverSet } from "./domain/runtimes/drivers/driver-set.ts";
import type { Vault } from "./domain/secrets/vault.ts";
import type { Switches } from "./domain/switches/switches.ts";
import type { RouteTable } from "./domain/triggers/route-table.ts";
import type { ServedArtifacts } from "./platform/blobs/served-artifacts.ts";
import type { BodyRoom } from "./platform/body-room.ts";
import type { Database } from "./platform/db/database.ts";
import type { Realtime } from "./platform/realtime/realtime.ts";
import type { BuiltSite } from "./platform/static-files.ts";

/** What the ways in hand on to the rooms: built once in server.ts, passed and never imported. */
export interface ServerContext extends ReceiveContext {
  database: Database;
  queueLengths: QueueLengths;
  /** How the server's own work by the clock goes. */
  jobStates: JobStates;
  /** What an administrator has turned off. */
  switches: Switches;
  routes: RouteTable;
  driver: DriverSet;
  devSessions: DevSessionHub;
  refused: RefusedRecorder;
  /** What runs elsewhere prove themselves with. */
  runTokens: RunTokens;
  /** Addresses of artifacts that lie on this server's disk. */
  servedArtifacts: ServedArtifacts;
  realtime: Realtime;
  /** Undefined where it was not built. */
  dashboard: BuiltSite | undefined;
  bells: NamespaceBells;
  identity: Identity;
  /** Where the identity provider keeps organizations and who belongs to them. */
  outsideMembers: OutsideMembers | undefined;
  setUp: SetUp;
  /** The organization that this server began with: the set-up link makes its first owner. */
  firstOrganizationId: string;
  /** Whose X-Forwarded-* headers are believed. */
  trustedProxies: BlockList;
  bodyRoom: BodyRoom;
  vault: Vault;
  /** Images: `/v2/`. */
  registry: Registry;
  /** Its warm processes end when their runs have: the next run starts with fresh variables. */
  retireWorkflow(workflowId: string): Promise<void>;
  /** Services and their credentials. */
  providerServers: ProviderServers;
  gateway: Gateway;
  /** True when somebody has said where vendors reach this server. */
  isPublic(): boolean;
  /** Somebody configured or deleted a provider of this namespace. */
  providersChanged(namespaceId: string): void;
  /** After a switch: addresses are told and taken back by their authors' code. Resolves with warnings. */
  settleSetUps(workflowId: string): Promise<string[]>;
  /** What nothing listens for any more is taken back from the vendors, soon. */
  settleRegistrations(namespaceId: string): void;
  /** Where people and browsers reach this server. */
  publicUrl(): URL;
  /** The same as a prefix for webhook addresses, without a slash at its end. */
  webhookUrl(): string;
  /** Where realtime clients connect: `ws://…/connection/websocket`. */
  realtimeUrl(): string;
  /** @throws FlowwError of the part that is not ready */
  assertReady(): Promise<void>;
  /** A laptop's executions are ready to go on. */
  wakeDevSessions(ids: readonly string[]): void;
  /** Addresses that settle a wait of a run. */
  links: WaitLinks;
  /** For errors that are ours: written to the server's log. */
  report(error: unknown): void;
}
