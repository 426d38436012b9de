import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Environment } from "./environment.ts";

export interface Session {
  client: Client;
  serverUrl: string;
  namespace: { id: string; name: string };
}

const LOCAL_SERVER = "http://127.0.0.1:4400";

/** Signs in with what is there: FLOWW_TOKEN, else the owner's token of the server on this machine. */
export async function openSession(environment: Environment): Promise<Session> {
  const serverUrl = environment.server ?? LOCAL_SERVER;
  const token = environment.token ?? (await readOwnerToken(environment.home));
  if (token === undefined) throw new FlowwError("UNAUTHENTICATED", `You are not signed in to ${serverUrl}.`);
  const client = createClient({ serverUrl, token });
  const { namespaces } = await client.whoAmI({});
  return { client, serverUrl, namespace: chooseNamespace(namespaces, environment.namespace) };
}

async function readOwnerToken(home: string): Promise<string | undefined> {
  const text = await readFile(join(home, "owner.token"), "utf8").catch(() => "");
  return text.trim() || undefined;
}

/** Never picks silently: one is taken, of several the caller must name theirs. */
function chooseNamespace(
  namespaces: { id: string; name: string }[],
  wanted: string | undefined,
): { id: string; name: string } {
  const names = namespaces.map(({ name }) => name).join(", ");
  if (wanted !== undefined) {
    const found = namespaces.find(({ id, name }) => id === wanted || name === wanted);
    if (found !== undefined) return found;
    throw new FlowwError("NOT_FOUND", `There is no namespace "${wanted}".`, { fix: `You have: ${names}.` });
  }
  const [only, ...others] = namespaces;
  if (only !== undefined && others.length === 0) return only;
  throw new FlowwError("NOT_FOUND", "It is not clear which namespace is meant.", {
    fix: names === "" ? "Ask an owner to add you to one." : `Set FLOWW_NAMESPACE to one of: ${names}.`,
  });
}
