import type { Role } from "@floww/contract/api";
import { startCliSession, type TokenPair } from "../domain/identity/cli-sessions.ts";
import { addMember } from "../domain/organizations/memberships.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { TestBrowser } from "./browser.ts";
import { anOrganization } from "./builders.ts";
import type { TestServer } from "./running-server.ts";

export const password = "correct horse battery";

/** Makes the server's first account through its set-up link. */
export async function setUpOwner(
  server: TestServer,
  person = { name: "Ada Lovelace", email: "ada@example.com", password },
): Promise<TestBrowser> {
  const link = new URL(server.setupUrl ?? "");
  const browser = new TestBrowser(server.url);
  await browser.fill(link.pathname + link.search, person);
  return browser;
}

export interface TestMember extends TokenPair {
  userId: string;
}

/** A person in an organization (a new one unless given), signed in on a command line. No password: that takes 0.1 s. */
export async function aMember(
  { database }: Pick<TestServer, "database">,
  { organizationId, role = "owner" }: { organizationId?: string; role?: Role } = {},
): Promise<TestMember & { organizationId: string }> {
  const organization = organizationId ?? (await anOrganization(database)).id;
  const userId = newUuid();
  await database.query("insert into users (id, name, email) values ($1, $2, $3)", [
    userId,
    `${role} ${userId.slice(-4)}`,
    `${userId}@example.com`,
  ]);
  await addMember(database, { organizationId: organization, userId, role });
  const tokens = await startCliSession(database, { userId, clientId: "floww-cli", address: "127.0.0.1" });
  return { ...tokens, userId, organizationId: organization };
}
