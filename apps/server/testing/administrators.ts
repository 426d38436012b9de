import { grantAdministrator } from "../domain/identity/administrators.ts";
import type { TestServer } from "./running-server.ts";
import { aMember, type TestMember } from "./signed-in.ts";

/** Somebody who runs the server, signed in on a command line; in an organization of their own. */
export async function anAdministrator(
  server: Pick<TestServer, "database">,
): Promise<TestMember & { organizationId: string }> {
  const member = await aMember(server, { role: "viewer" });
  await grantAdministrator(server.database, member.userId);
  return member;
}
