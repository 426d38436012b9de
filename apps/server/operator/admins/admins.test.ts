import { expect, test } from "vitest";
import { readConfig } from "../../config/config.ts";
import { anAdministrator } from "../../testing/administrators.ts";
import { aMember } from "../../testing/signed-in.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { runCommand } from "../run-command.ts";

test("who runs the server makes administrators and takes it back, but not from the last", async () => {
  await using database = await createTestDatabase();
  const said: string[] = [];
  const config = readConfig({ PATH: "", FLOWW_HOME: "/nowhere", DATABASE_URL: database.url });
  const run = (...args: string[]) =>
    runCommand(["admins", ...args], { config, say: (line) => said.push(line), report: () => undefined });
  await run("list");
  expect(said.splice(0)).toEqual([expect.stringContaining("There is none")]);
  const emailOf = ({ userId }: { userId: string }) => `${userId}@example.com`;
  const member = await aMember({ database });
  await expect(run("grant", "nobody@example.com")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(run("grant")).rejects.toMatchObject({ code: "COMMAND_INVALID" });
  await run("grant", emailOf(member).toUpperCase());
  await expect(run("revoke", emailOf(member))).rejects.toMatchObject({ code: "STATE_CONFLICT" });
  const other = await anAdministrator({ database });
  await run("revoke", emailOf(member));
  said.splice(0);
  await run("list");
  expect(said).toEqual([expect.stringContaining(emailOf(other))]);
  const audit = await database.query<{ action: string }>("select action from audit_entries order by id");
  expect(audit.rows.map(({ action }) => action)).toEqual(["admins grant", "admins revoke"]);
});
