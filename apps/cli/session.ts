import { type Client, createClient, type RouteAnswer, type Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Environment } from "./environment.ts";
import { freshToken } from "./login/fresh-token.ts";
import { SignIns } from "./login/sign-ins.ts";
import { reachServer } from "./reach-server.ts";
import { findLocalServer, readOwnerToken } from "./settings/local-server.ts";
import { findProfile, profileFile } from "./settings/profile.ts";
import { parseServerUrl, readSettings } from "./settings/settings.ts";

export type Caller = RouteAnswer<Routes["whoAmI"]>;

export interface Namespace {
  id: string;
  name: string;
}

export interface ServerAddress {
  serverUrl: string;
  serverFrom: string;
  /** Nobody named it: it is the one of this machine's home, running or not. */
  isOurs: boolean;
  /** Of a server on this machine: at which address it listens. */
  host?: string | undefined;
}

/** Where a command goes, and as whom. Nothing was asked of the server yet. */
export interface Access extends ServerAddress {
  token: string | undefined;
  tokenFrom: string | undefined;
  namespace: string | undefined;
  namespaceFrom: string | undefined;
}

export interface Session {
  client: Client;
  /** What the client proves itself with; the registry takes it too. */
  token: string;
  serverUrl: string;
  caller: Caller;
  namespace: Namespace;
}

const DEFAULT_SERVER = "http://127.0.0.1:4400";

/** The environment wins over what is remembered, and that over the server on this machine. */
export async function findAccess(environment: Environment): Promise<Access> {
  const local = await findLocalServer(environment.home);
  const server = await findServer(environment);
  const { serverUrl } = server;
  const profile = await findProfile(environment.configFolder, serverUrl);
  const file = profileFile(environment.configFolder, serverUrl);
  const access = {
    ...server,
    namespace: environment.namespace ?? profile?.namespace,
    namespaceFrom: environment.namespace === undefined ? profile?.namespace && file : "FLOWW_NAMESPACE",
  };
  if (environment.token !== undefined)
    return { ...access, token: environment.token, tokenFrom: "FLOWW_TOKEN" };
  if (profile?.token !== undefined) return { ...access, token: profile.token, tokenFrom: file };
  // The owner's key belongs to the server of this home and is shown to no other.
  const origins = [local?.url, local?.publicUrl].map((url) => url && new URL(url).origin);
  if (!origins.includes(new URL(serverUrl).origin))
    return { ...access, token: undefined, tokenFrom: undefined };
  const token = await readOwnerToken(environment.home);
  return { ...access, token, tokenFrom: token === undefined ? undefined : ownerTokenFile(environment) };
}

function ownerTokenFile({ home }: Environment): string {
  return `${home}/owner.token`;
}

/** A client that needs no namespace. @throws FlowwError UNAUTHENTICATED, SERVER_UNREACHABLE */
export async function signIn(
  environment: Environment,
): Promise<Access & { client: Client; token: string; caller: Caller }> {
  const unsigned = await findAccess(environment);
  const access = await withSignIn(environment, unsigned);
  const { serverUrl, token } = access;
  if (token === undefined) {
    // Whoever started no server yet should hear that first.
    await createClient({ serverUrl, fetch: reachServer(serverUrl) }).getReady({});
    throw new FlowwError("UNAUTHENTICATED", `You are not signed in to ${serverUrl}.`);
  }
  try {
    return await askWho(access, token);
  } catch (error) {
    const isOwners = unsigned.tokenFrom === ownerTokenFile(environment);
    if (!isOwners || unsigned.token === undefined || unsigned.token === token || !isRefusal(error))
      throw error;
    // Its home was made anew: the sign-in is one of the server that was there before.
    const signedIn = await askWho(unsigned, unsigned.token);
    const refusal = `${serverUrl} refuses ${access.tokenFrom} (\`floww logout\` forgets it)`;
    process.stderr.write(`${refusal}; going on by ${unsigned.tokenFrom}.\n`);
    return signedIn;
  }
}

async function askWho(access: Access, token: string) {
  const { serverUrl } = access;
  const client = createClient({ serverUrl, token, fetch: reachServer(serverUrl) });
  return { ...access, client, token, caller: await client.whoAmI({}) };
}

function isRefusal(error: unknown): boolean {
  return error instanceof FlowwError && (error.code === "UNAUTHENTICATED" || error.code === "TOKEN_EXPIRED");
}

/** What `floww login` brought home wins over a key that lies in a file, and FLOWW_TOKEN over both. */
async function withSignIn({ token, configFolder }: Environment, access: Access): Promise<Access> {
  if (token !== undefined) return access;
  const signIns = new SignIns(configFolder);
  const signedIn = await freshToken(signIns, access.serverUrl);
  return signedIn === undefined
    ? access
    : { ...access, token: signedIn, tokenFrom: signIns.file(access.serverUrl) };
}

export async function openSession(environment: Environment): Promise<Session> {
  const { client, token, serverUrl, caller, namespace } = await signIn(environment);
  return { client, token, serverUrl, caller, namespace: chooseNamespace(caller.namespaces, namespace) };
}

/** Never picks silently: one is taken, of several the caller must name theirs. */
export function chooseNamespace(namespaces: readonly Namespace[], wanted: string | undefined): Namespace {
  const names = namespaces.map(({ name }) => name).join(", ");
  if (wanted !== undefined) {
    const found = namespaces.find(({ id, name }) => id === wanted || name === wanted);
    if (found !== undefined) return found;
    throw new FlowwError("NOT_FOUND", `There is no namespace "${wanted}".`, { fix: `You have: ${names}.` });
  }
  const [only, ...others] = namespaces;
  if (only !== undefined && others.length === 0) return only;
  throw new FlowwError("NOT_FOUND", "It is not clear which namespace is meant.", {
    fix:
      names === ""
        ? "Ask an owner to add you to one."
        : `Run \`floww namespace set <name>\`, or set FLOWW_NAMESPACE. You have: ${names}.`,
  });
}

/** FLOWW_SERVER, else what `floww config` remembers, else the server on this machine. */
export async function findServer({ server, home, configFolder }: Environment): Promise<ServerAddress> {
  if (server !== undefined) {
    return { serverUrl: parseServerUrl(server, "FLOWW_SERVER"), serverFrom: "FLOWW_SERVER", isOurs: false };
  }
  const settings = await readSettings(configFolder);
  if (settings.server !== undefined)
    return { serverUrl: settings.server, serverFrom: "`floww config`", isOurs: false };
  const local = await findLocalServer(home);
  if (local !== undefined)
    return {
      serverUrl: local.url,
      serverFrom: "the server on this machine",
      isOurs: true,
      host: local.host,
    };
  return { serverUrl: DEFAULT_SERVER, serverFrom: "default", isOurs: true };
}
