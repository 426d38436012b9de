import { type Command, jsonOption, textOf } from "../command.ts";
import { readId } from "../executions/read-id.ts";
import { openSession } from "../session.ts";

export const approvalsList: Command = {
  usage: "approvals list",
  summary: "List what runs ask, and wait for an answer.",
  example: "floww approvals list --json",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { client, namespace } = await openSession(environment);
    const { items } = await client.listWaits({
      params: { namespaceId: namespace.id },
      query: { kind: "approval" },
    });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) return terminal.note(`No run in ${namespace.name} waits for an approval.`);
    terminal.table(
      ["APPROVAL", "ASKS", "EXECUTION", "UNTIL"],
      items.map(({ id, name = "", executionId, dueAt }) => [id, name, executionId, dueAt]),
    );
  },
};

const commentOption = { flags: "--comment <text>", description: "what the run gets along with it" };

export const approvalsApprove = answer("approve");
export const approvalsDecline = answer("decline");

function answer(verb: "approve" | "decline"): Command {
  return {
    usage: `approvals ${verb} <id>`,
    summary: `${verb === "approve" ? "Approve" : "Decline"} what a run asks; the run goes on.`,
    example: `floww approvals ${verb} wai_01k3… --comment "seen"`,
    options: [commentOption],
    run: async ({ args, options, environment, terminal }) => {
      const waitId = readId("wait", args[0]);
      const { client, namespace } = await openSession(environment);
      const comment = textOf(options, "comment");
      await client.answerApproval({
        params: { namespaceId: namespace.id, waitId },
        body: { approved: verb === "approve", ...(comment === undefined ? {} : { comment }) },
      });
      terminal.print(`${verb === "approve" ? "Approved" : "Declined"}; the run goes on.`);
    },
  };
}
