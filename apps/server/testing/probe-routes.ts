import { type Permission, type Route, type RouteName, rolePermissions, routes } from "@floww/contract/api";
import { type PathParam, pathParams, sampleBody, sampleParam, withForeignIds } from "./sample-requests.ts";
import type { Tenant } from "./tenants.ts";

/** One request that must be refused. */
export interface Probe {
  /** For the reader of a failure: who, which route, with what. */
  what: string;
  allowed: readonly number[];
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}

export type Send = (probe: Probe) => Promise<Response>;

export const contractRoutes = Object.entries(routes as Record<string, Route>).map(([name, route]) => ({
  name: name as RouteName,
  route,
}));

/** All but those that are open to nothing but a run's own token. */
export const peopleRoutes = contractRoutes.filter(({ route }) => route.permission !== "run");

/** A credential that is good for nothing (any more), as a header. */
export interface Nobody {
  who: string;
  headers: Record<string, string>;
}

const STRANGER = [401];
const CLOSED = [403, 404];

/**
 * A dev session looks its executions up among those that wait for it, in memory: one that is taken, one that never
 * was and somebody else's are all the same to it, and get the same 409.
 */
const IN_SESSION: readonly RouteName[] = [
  "takeDevExecution",
  "logDevExecution",
  "callFromDev",
  "fetchFromDev",
  "answerDevExecution",
  "chunkDevExecution",
  "endDevExecution",
];

/** Every route that needs a sign-in, with ids that exist, for everybody who has none. */
export function probesOfNobodies(nobodies: readonly Nobody[], victim: Tenant): Probe[] {
  return contractRoutes
    .filter(({ route }) => route.permission !== "public")
    .flatMap((one) =>
      nobodies.map(({ who, headers }) => ({
        what: `${who}: ${one.name}`,
        // The token of another run is a token: it does not lead to this one.
        allowed: one.route.permission === "run" ? [...STRANGER, 404] : STRANGER,
        ...requestOf(one, { params: () => victim, body: sampleBody(one.name, victim), headers }),
      })),
    );
}

/** Another organization's owner, with each id of the path and of the body that is not theirs, alone and together. */
export function probesOfForeigner(foreigner: Tenant, victim: Tenant): Probe[] {
  const headers = { authorization: `Bearer ${foreigner.owner.accessToken}` };
  // Nobody's token opens the routes of runs but a run's own.
  return peopleRoutes.flatMap((one) => {
    const ids = pathParams(one.route, victim).filter(({ kind }) => kind !== undefined);
    const own = sampleBody(one.name, foreigner);
    const foreignBody = withForeignIds(own, victim);
    const mixed = ids.map((id) => ({
      what: `foreigner: ${one.name} with a foreign :${id.name}`,
      allowed: id.kind === "execution" && IN_SESSION.includes(one.name) ? [...CLOSED, 409] : CLOSED,
      ...requestOf(one, {
        params: ({ name }) => (name === id.name ? victim : foreigner),
        body: own,
        headers,
      }),
    }));
    const all = {
      what: `foreigner: ${one.name} with foreign ids only`,
      allowed: CLOSED,
      ...requestOf(one, { params: () => victim, body: sampleBody(one.name, victim), headers }),
    };
    const inBody = {
      what: `foreigner: ${one.name} with foreign ids in its body`,
      allowed: CLOSED,
      ...requestOf(one, { params: () => foreigner, body: foreignBody, headers }),
    };
    return [
      ...mixed,
      ...(ids.length > 0 ? [all] : []),
      ...(foreignBody === undefined || one.route.permission === "public" ? [] : [inBody]),
    ];
  });
}

/** A member of the organization whose role does not reach. */
export function probesOfViewer(accessToken: string, tenant: Tenant): Probe[] {
  const isDenied = ({ permission }: Route) =>
    permission !== "public" &&
    permission !== "signed-in" &&
    !rolePermissions.viewer.has(permission as Permission);
  return peopleRoutes
    .filter(({ route }) => isDenied(route))
    .map((one) => ({
      what: `viewer: ${one.name}`,
      allowed: [403],
      ...requestOf(one, {
        params: () => tenant,
        body: sampleBody(one.name, tenant),
        headers: { authorization: `Bearer ${accessToken}` },
      }),
    }));
}

interface RequestParts {
  params: (param: PathParam) => Tenant;
  body: unknown;
  headers: Record<string, string>;
}

/** Query parameters that a route must have; samples of them as they stand in the address. */
const queries: Partial<Record<RouteName, string>> = {
  putBundle: "?codeBytes=1",
  closeDevSession: "?clientId=another-terminal",
};

export function requestOf(
  { name, route }: { name: RouteName; route: Route },
  { params, body, headers }: RequestParts,
): Pick<Probe, "method" | "path" | "body" | "headers"> {
  let path = route.path;
  for (const param of pathParams(route, params({ name: "", kind: undefined })))
    path = path.replace(`:${param.name}`, encodeURIComponent(sampleParam(param, params(param))));
  const type = route.body === "bytes" ? "application/octet-stream" : "application/json";
  return {
    method: route.method,
    path: path + (queries[name] ?? ""),
    body,
    headers: body === undefined ? headers : { "content-type": type, ...headers },
  };
}

/** Sends them all, a few at once; what was not refused as it must be, one line each. */
export async function findHoles(probes: readonly Probe[], send: Send): Promise<string[]> {
  const holes: string[] = [];
  const queue = [...probes];
  const work = async () => {
    for (let probe = queue.shift(); probe !== undefined; probe = queue.shift()) {
      const answer = await send(probe);
      await answer.body?.cancel();
      if (!probe.allowed.includes(answer.status)) holes.push(`${probe.what}: ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return holes.sort();
}

export function initOf({ method, headers, body }: Probe): RequestInit {
  if (body === undefined) return { method, headers, redirect: "manual" };
  const sent = body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
  return { method, headers, redirect: "manual", body: sent };
}
