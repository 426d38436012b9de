import type { Route, RouteName, RouteRequest, Routes } from "@floww/contract/api";
import { type IdKind, idPrefixes, parseId } from "@floww/contract/ids";
import { emptyManifest, type Tenant } from "./tenants.ts";

type WithBody = {
  [Name in RouteName]: Routes[Name] extends { body: unknown } ? Name : never;
}[RouteName];

type Samples = { [Name in WithBody]: (tenant: Tenant) => RouteRequest<Routes[Name]>["body"] };

/** One good body for each route that takes one: a new route does not compile without its own. */
const bodies: Samples = {
  signIn: () => ({ email: "nobody@example.com", password: "not a password" }),
  changePassword: () => ({ currentPassword: "not a password", newPassword: "a good password" }),
  changeName: () => ({ name: "Somebody" }),
  startPasskey: () => ({ password: "not a password" }),
  createPasskey: () => ({ name: "laptop", ticket: "x.y", credential: { id: "x", type: "public-key" } }),
  acceptInvitation: ({ invitationToken }) => ({ token: invitationToken }),
  openIdentityPortal: () => ({ intent: "sso" }),
  changeMemberRole: () => ({ role: "admin" }),
  createInvitation: () => ({ email: "new@example.com", role: "viewer" }),
  createApiKey: () => ({ name: "deploy", role: "viewer" }),
  createNamespace: () => ({ name: "staging" }),
  renameNamespace: () => ({ name: "renamed" }),
  createWorkflow: () => ({ name: "another" }),
  updateWorkflow: () => ({ name: "renamed" }),
  sendTestEvent: () => ({ body: "{}" }),
  runManualTrigger: () => ({ input: {} }),
  answerApproval: () => ({ approved: true }),
  sendEvent: () => ({ name: "order.paid", data: {} }),
  putBundle: () => Buffer.from("x"),
  createDeployment: ({ bundleHash }) => ({ bundleHash, manifest: emptyManifest }),
  activateDeployment: () => ({}),
  openDevSession: () => ({ manifest: emptyManifest, clientId: "test-terminal" }),
  keepDevSession: () => ({ clientId: "test-terminal" }),
  createDevExecution: ({ ids }) => ({ type: "replay", executionId: ids.execution }),
  logDevExecution: () => ({ lines: [] }),
  callFromDev: () => ({ operation: "none", input: null }),
  answerDevExecution: () => ({ status: 200, headers: [], bodyBase64: "" }),
  chunkDevExecution: () => Buffer.from("x"),
  endDevExecution: () => ({ status: "completed" }),
  callFromRun: () => Buffer.from("x"),
  setRuntime: () => ({ driver: "process" }),
  previewReplay: ({ ids }) => ({ executions: { workflowId: ids.workflow } }),
  createReplay: ({ ids }) => ({ executions: { workflowId: ids.workflow } }),
  previewCancel: ({ ids }) => ({ executions: { workflowId: ids.workflow } }),
  cancelExecutions: ({ ids }) => ({ executions: { workflowId: ids.workflow } }),
  replayExecution: () => ({}),
  replayDelivery: () => ({}),
  setRetention: () => ({ days: 7, bytesMax: 1024 * 1024 * 1024 }),
  setKvItem: () => ({ table: "visits", key: "ada", value: 1 }),
  fetchFromDev: () => ({
    connection: { type: "github", alias: "default" },
    method: "GET",
    url: "https://api.github.com/user",
    headers: [],
    bodyBase64: "",
  }),
  setProvider: () => ({ type: "github", fields: { access_token: "x" } }),
  setSecret: () => ({ name: "stripe", value: { apiKey: "x" } }),
  setVariable: () => ({ name: "REGION", value: "eu" }),
  adminUpdateUser: () => ({ isBlocked: true }),
  adminCreateOrganization: () => ({ name: "Acme", ownerEmail: "new@example.com" }),
  adminSetSwitch: () => ({ isOn: false }),
};

/** Path parameters that are no ids. */
const plainParams: Record<string, (tenant: Tenant) => string> = {
  hash: ({ bundleHash }) => bundleHash,
  name: () => "manual",
  switchName: () => "deploys",
};

export function sampleBody(name: RouteName, tenant: Tenant): unknown {
  const sample = (bodies as Partial<Record<RouteName, (tenant: Tenant) => unknown>>)[name];
  return sample?.(tenant);
}

export interface PathParam {
  name: string;
  /** Undefined for one that is no id. */
  kind: IdKind | undefined;
}

/** The route's path parameters; of which kind an id is, its own schema says. */
export function pathParams({ path, params }: Route, tenant: Tenant): PathParam[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => {
    const schema = params?.shape[name];
    const kinds = Object.keys(idPrefixes) as IdKind[];
    const kind = kinds.find((one) => schema?.safeParse(tenant.ids[one]).success === true);
    const isId = kind !== undefined && schema?.safeParse("manual").success === false;
    return { name, kind: isId ? kind : undefined };
  });
}

/** @throws TypeError for a parameter that nobody gave a sample of */
export function sampleParam({ name, kind }: PathParam, tenant: Tenant): string {
  if (kind !== undefined) return tenant.ids[kind];
  const sample = plainParams[name];
  if (sample === undefined) throw new TypeError(`give a sample for the path parameter :${name}`);
  return sample(tenant);
}

/** Replaces every id in a body by the other tenant's of its kind; undefined when there is none. */
export function withForeignIds(body: unknown, foreign: Tenant): unknown {
  let isChanged = false;
  const replaced = JSON.stringify(body, (_, value: unknown) => {
    const kinds = Object.keys(idPrefixes) as IdKind[];
    const kind = kinds.find((one) => typeof value === "string" && parseId(one, value) !== undefined);
    if (kind === undefined) return value;
    isChanged = true;
    return foreign.ids[kind];
  });
  return isChanged ? JSON.parse(replaced) : undefined;
}
