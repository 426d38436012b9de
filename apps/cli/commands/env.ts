import { FlowwError } from "@floww/contract/errors";
import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { readNameAlone } from "../read-name.ts";
import { openSession } from "../session.ts";

/** Said wherever somebody may look for a value that `floww dev` does not see. */
const DEV_NOTE = "This is for deployed runs; in `floww dev`, process.env holds the project's .env.";

export const envSet: Command = {
  usage: "env set <name>",
  summary:
    "Set a variable of the deployed workflow: typed unseen, or from stdin. Its next run has it in process.env; `floww dev` takes the project's .env instead.",
  example: "echo eu | floww env set REGION",
  options: [workflowOption],
  run: async ({ args, options, environment, terminal }) => {
    const name = readNameAlone("env set", args[0]);
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const value = await terminal.readHidden(name);
    if (value === undefined) throw new FlowwError("INPUT_INVALID", "No value was given.");
    const params = { namespaceId: session.namespace.id, workflowId: workflow.id };
    await session.client.setVariable({ params, body: { name, value } });
    terminal.print(`${name} is set for ${workflow.name}: its next deployed run has it in process.env.`);
    terminal.note(DEV_NOTE);
  },
};

export const envList: Command = {
  usage: "env list",
  summary:
    "List the names of the deployed workflow's variables, never their values. `floww dev` takes the project's .env instead.",
  example: "floww env list --json",
  options: [workflowOption, jsonOption],
  run: async ({ options, environment, terminal }) => {
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const params = { namespaceId: session.namespace.id, workflowId: workflow.id };
    const { items } = await session.client.listVariables({ params });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) {
      return terminal.note(
        `${workflow.name} has no variables on the server yet; \`floww env set NAME\` makes one. \`floww dev\` reads the project's .env.`,
      );
    }
    terminal.table(
      ["NAME", "UPDATED", "BY"],
      items.map((item) => [item.name, item.updatedAt, item.updatedBy]),
    );
    terminal.note(DEV_NOTE);
  },
};

export const envUnset: Command = {
  usage: "env unset <name>",
  summary: "Delete a variable of the workflow.",
  example: "floww env unset REGION",
  options: [workflowOption],
  run: async ({ args, options, environment, terminal }) => {
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const name = args[0] ?? "";
    const params = { namespaceId: session.namespace.id, workflowId: workflow.id, name };
    await session.client.deleteVariable({ params });
    terminal.print(`${name} is unset for ${workflow.name}.`);
  },
};
