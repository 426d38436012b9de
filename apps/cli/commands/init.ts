import { basename, join, relative, resolve } from "node:path";
import { routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { type Command, type CommandCall, jsonOption, textOf } from "../command.ts";
import type { Environment } from "../environment.ts";
import { createWorkflow } from "../project/ensure-workflow.ts";
import { PROJECT_FILE } from "../project/read-project.ts";
import { writeWorkflowId } from "../project/write-workflow-id.ts";
import { type ScaffoldOptions, scaffoldFiles } from "../scaffold/files.ts";
import { findFlowwOrigin } from "../scaffold/floww-origin.ts";
import { installDependencies } from "../scaffold/install-dependencies.ts";
import { assertEmpty, writeFiles } from "../scaffold/write-files.ts";
import { findAccess, findServer, openSession, type Session } from "../session.ts";

export const init: Command = {
  usage: "init [dir]",
  summary: "Make a new project: a workflow with a webhook, a schedule and a manual trigger.",
  example: "floww init hello --name hello --namespace staging --yes",
  options: [
    { flags: "--name <name>", description: "name of the workflow (default with --yes: the folder's)" },
    {
      flags: "--namespace <name>",
      description: "make the workflow there (default: where commands work); needs a server",
    },
    { flags: "--description <text>", description: "what it is for" },
    { flags: "--yes", description: "take every default" },
    { flags: "--force", description: "write into a folder that is not empty, over files of the same names" },
    { flags: "--no-install", description: "leave `npm install` to you" },
    jsonOption,
  ],
  run: async (call) => {
    const { args, options, environment, terminal } = call;
    const name = await chooseName(call);
    if (name === undefined) return terminal.note("Nothing was made.");
    const folder = resolve(args[0] ?? name);
    const session = await openNamed(call);
    if (options.force !== true) await assertEmpty(folder);
    const project = { name, description: textOf(options, "description"), ...(await findFlowwOrigin(folder)) };
    const kept = await writeFiles(folder, scaffoldFiles(project), { overwrite: options.force === true });
    terminal.note(`Wrote ${name} to ${folder}.`);
    for (const path of kept) terminal.note(`${path} was there and stays as it is.`);
    const workflowId = await createOnServer(call, folder, { project, session });
    if (options.install !== false) await installDependencies(folder, environment);
    if (options.json === true) return terminal.json({ folder, name, ...(workflowId && { workflowId }) });
    const away = relative(process.cwd(), folder);
    const next = ["npx floww dev", "npx floww deploy"];
    if (session !== undefined && !(await isWhereCommandsWork(environment, session)))
      next.unshift(
        environment.namespace === undefined
          ? `npx floww namespace set ${session.namespace.name}`
          : `export FLOWW_NAMESPACE=${session.namespace.name}`,
      );
    if (options.install === false) next.unshift("npm install");
    if (away !== "") next.unshift(`cd ${away}`);
    terminal.print(`\nNext:\n${next.map((line) => `  ${line}`).join("\n")}`);
  },
};

async function chooseName({ args, options, terminal }: CommandCall): Promise<string | undefined> {
  const given = textOf(options, "name");
  if (given !== undefined) return checkedName(given);
  const ofFolder = basename(resolve(args[0] ?? "."));
  if (options.yes === true) return checkedName(ofFolder);
  const answer = await terminal.ask("What is the workflow called?", {
    initial: ofFolder,
    flag: "--name <name>",
  });
  return answer === undefined ? undefined : checkedName(answer);
}

function checkedName(name: string): string {
  const checked = routes.createWorkflow.body.shape.name.safeParse(name);
  if (checked.success) return name;
  throw new FlowwError("NAME_INVALID", `"${name}" cannot be the name of a workflow.`);
}

/** Where `--namespace` says; a namespace that is not there is found out before a file is written. */
async function openNamed({ options, environment }: CommandCall): Promise<Session | undefined> {
  const namespace = textOf(options, "namespace");
  return namespace === undefined ? undefined : openSession({ ...environment, namespace });
}

async function isWhereCommandsWork(
  environment: Environment,
  { caller, namespace }: Session,
): Promise<boolean> {
  const wanted = (await findAccess(environment)).namespace ?? caller.namespaces.map(({ id }) => id).join();
  return wanted === namespace.id || wanted === namespace.name;
}

/** Without a server or a sign-in a project is whole all the same: the first deploy makes the workflow. */
async function createOnServer(
  { environment, terminal }: CommandCall,
  folder: string,
  { project, session: named }: { project: ScaffoldOptions; session: Session | undefined },
): Promise<string | undefined> {
  try {
    const session = named ?? (await openSession(environment));
    const { id } = await createWorkflow(session, project);
    await writeWorkflowId(join(folder, PROJECT_FILE), id);
    terminal.note(
      `Created the workflow ${project.name} in ${session.namespace.name} on ${session.serverUrl}.`,
    );
    return id;
  } catch (error) {
    // Asked for by name, it is made there or the command has failed.
    if (!(error instanceof FlowwError) || named !== undefined) throw error;
    if (error.code === "NAME_TAKEN") {
      terminal.note(
        `warning: ${error.message} \`floww deploy\` from here replaces its live version; change \`name\` in ${PROJECT_FILE} if that is not meant.`,
      );
    } else if (
      error.code === "SERVER_UNREACHABLE" &&
      project.server !== undefined &&
      (await findServer(environment)).isOurs
    )
      terminal.note(
        "The workflow is not on a server yet: `floww dev` starts one on this machine and makes it there.",
      );
    else {
      terminal.note(
        `The workflow is not on a server yet: ${error.message} ${error.fix} Then \`floww deploy\` creates it.`,
      );
    }
    return undefined;
  }
}
