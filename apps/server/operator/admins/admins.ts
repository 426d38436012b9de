import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { appendAudit } from "../../domain/audit/store.ts";
import {
  grantAdministrator,
  listAdministrators,
  revokeAdministrator,
} from "../../domain/identity/administrators.ts";
import { findPersonByEmail } from "../../domain/identity/people.ts";
import type { Queryable } from "../../platform/db/database.ts";
import type { CommandContext, OperatorCommand } from "../command.ts";
import { openOperatorDatabase } from "../operator-database.ts";
import { refuseArguments } from "../refuse-arguments.ts";

export const listAdminsCommand: OperatorCommand = {
  name: "admins list",
  usage: "",
  summary: "Show the administrators of the server.",
  run: async ({ config, say, report }, args) => {
    refuseArguments("admins list", args);
    await using opened = new AsyncDisposableStack();
    const administrators = await listAdministrators(await openOperatorDatabase(config, opened, report));
    if (administrators.length === 0) say("There is none: `floww-server admins grant <email>` makes one.");
    for (const { email, name, since, isBlocked } of administrators)
      say(`${email}  ${name}  since ${since.toISOString()}${isBlocked ? "  blocked" : ""}`);
  },
};

export const grantAdminCommand = changeCommand({
  name: "admins grant",
  summary: "Make somebody with an account an administrator of the server.",
  change: grantAdministrator,
  done: "is an administrator now.",
});

export const revokeAdminCommand = changeCommand({
  name: "admins revoke",
  summary: "Take it back from them; the last administrator stays.",
  change: revokeAdministrator,
  done: "is no administrator any more.",
});

function changeCommand({
  name,
  summary,
  change,
  done,
}: {
  name: string;
  summary: string;
  change(transaction: Queryable, userId: string): Promise<void>;
  done: string;
}): OperatorCommand {
  const run = async ({ config, say, report }: CommandContext, args: readonly string[]) => {
    const [email, ...rest] = args;
    if (email === undefined)
      throw new FlowwError("COMMAND_INVALID", `floww-server ${name} needs an address.`);
    refuseArguments(name, rest);
    await using opened = new AsyncDisposableStack();
    const database = await openOperatorDatabase(config, opened, report);
    await database.transaction(async (transaction) => {
      const person = await findPersonByEmail(transaction, email);
      if (person === undefined)
        throw new FlowwError("NOT_FOUND", `Nobody has an account under ${email}.`, {
          fix: "They make one by the set-up link or an invitation first.",
        });
      await change(transaction, person.id);
      await appendAudit(transaction, {
        organizationId: undefined,
        actor: { kind: "nobody", name: "Who runs the server" },
        action: name,
        subjects: { userId: formatId("user", person.id) },
        address: "",
      });
    });
    say(`${email} ${done}`);
  };
  return { name, usage: "<email>", summary, run };
}
