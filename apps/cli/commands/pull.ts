import { basename, join, relative, resolve } from "node:path";
import type { RouteAnswer, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { type Command, jsonOption, textOf } from "../command.ts";
import { printableLine } from "../printable.ts";
import type { Workflow } from "../project/ensure-workflow.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { findProject, isFile, PROJECT_FILE } from "../project/read-project.ts";
import { type SourceFile, type WrittenSource, writeSource } from "../project/write-source.ts";
import { projectFile } from "../scaffold/files.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

type Source = RouteAnswer<Routes["getDeploymentSource"]>;

export const pull: Command = {
  usage: "pull [workflow]",
  summary: "Bring the source of a workflow's live version into a folder.",
  example: "floww pull hello --output hello",
  options: [
    {
      flags: "-o, --output <dir>",
      description: "where to (default: of a named workflow a folder of its name, else here)",
    },
    { flags: "--force", description: "write over files of another content" },
    jsonOption,
  ],
  run: async ({ args, options, environment, terminal }) => {
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, args[0]);
    const params = { namespaceId: session.namespace.id, workflowId: workflow.id };
    const deploymentId = workflow.activeDeploymentId;
    if (deploymentId === undefined) {
      throw new FlowwError("NOT_FOUND", `${workflow.name} has no live version to bring back.`, {
        fix: "`floww deploy` in the folder of its source makes one.",
      });
    }
    const source = await session.client.getDeploymentSource({ params: { ...params, deploymentId } });
    const folder = resolve(textOf(options, "output") ?? (args[0] === undefined ? "." : workflow.name));
    const files = [
      ...source.files.filter(isNotProjectFile),
      ...(await newProjectFile(folder, workflow, source)),
    ];
    const done = await writeSource(folder, files, { overwrite: options.force === true });
    const { version, leftOut, packages } = source;
    if (options.json === true)
      return terminal.json({
        folder,
        workflowId: workflow.id,
        deploymentId,
        version,
        ...done,
        leftOut,
        packages,
      });
    printPulled(terminal, { folder, name: workflow.name, source, done });
    await printPackages(terminal, folder, source);
  },
};

/** Ours says which workflow it is; one that was bundled would say it of another. */
function isNotProjectFile({ path }: SourceFile): boolean {
  return path.toLowerCase() !== PROJECT_FILE;
}

/** None where the folder's own names this workflow already: its comments and its other fields are the author's. */
async function newProjectFile(
  folder: string,
  { id, name, description }: Workflow,
  { entrypoint }: Source,
): Promise<SourceFile[]> {
  const present = await findProject(folder);
  const isSame = present !== undefined && (present.workflowId ?? id) === id && present.name === name;
  if (isSame && present.entryFile === join(folder, entrypoint)) return [];
  const about = description === "" ? undefined : description;
  const text = projectFile({ name, description: about, entrypoint, workflowId: id });
  return [{ path: PROJECT_FILE, text }];
}

interface Pulled {
  folder: string;
  name: string;
  source: Source;
  done: WrittenSource;
}

function printPulled(terminal: Terminal, { folder, name, source, done }: Pulled): void {
  const where = relative(process.cwd(), folder) || ".";
  for (const path of done.written) terminal.print(printableLine(join(where, path)));
  const same =
    done.unchanged.length === 0 ? "" : ` ${done.unchanged.length} of its files were there already.`;
  terminal.note(`${printableLine(name)} version ${source.version} is in ${folder}.${same}`);
  if (source.leftOut.length === 0) return;
  const names = source.leftOut.map((path) => printableLine(path)).join(", ");
  terminal.note(`warning: left out, for it lies outside of the project's folder or is hidden: ${names}`);
}

/** A version carries its packages bundled: which of them the source asks for is known, at which version is not. */
async function printPackages(terminal: Terminal, folder: string, { packages }: Source): Promise<void> {
  if (packages.length === 0 || (await isFile(join(folder, "package.json")))) return;
  const names = packages.map((name) => printableLine(name)).join(" ");
  terminal.note(
    `There is no package.json in ${basename(folder)}. What the source imports: npm install ${names}`,
  );
}
