import { FlowwError } from "@floww/contract/errors";
import type { Command } from "../command.ts";
import { DevLoop } from "../dev-loop/dev-loop.ts";
import { DevPrinter } from "../dev-loop/dev-printer.ts";
import { ensureServer } from "../dev-loop/ensure-server.ts";
import { executorFile } from "../executor-file.ts";
import { ensureWorkflow } from "../project/ensure-workflow.ts";
import { readProject } from "../project/read-project.ts";
import { openSession } from "../session.ts";

const INSPECT_HOST = "127.0.0.1";
const INSPECT_PORT = "9229";

export const dev: Command = {
  usage: "dev [file]",
  summary: "Run the workflow on this machine, with real events; a save takes over when its code works.",
  example: "floww dev --debug",
  options: [
    { flags: "--debug", description: "open an inspector for breakpoints; runs have no deadline then" },
    { flags: "--debug-port <port>", description: `port of the inspector (default ${INSPECT_PORT})` },
    { flags: "--yes", description: "create the workflow without asking when it does not exist" },
  ],
  run: async ({ args, options, environment, terminal, untilInterrupted }) => {
    const project = await readProject(".", args[0]);
    await ensureServer(environment, project.folder, terminal);
    const session = await openSession(environment);
    const workflow = await ensureWorkflow(session, project, async () => {
      if (options.yes === true) return true;
      return terminal.confirm(
        `There is no workflow "${project.name}" in ${session.namespace.name}. Create it?`,
        "--yes",
      );
    });
    if (workflow === undefined) throw new FlowwError("NOT_FOUND", `There is no workflow "${project.name}".`);
    const isDebugging = options.debug === true || options.debugPort !== undefined;
    const inspect = isDebugging ? `${INSPECT_HOST}:${options.debugPort ?? INSPECT_PORT}` : undefined;
    if (inspect !== undefined) terminal.print(`Inspector: ws://${inspect} (attach your editor's debugger)`);
    const takenOver = Promise.withResolvers<void>();
    const loop = new DevLoop({
      client: session.client,
      namespaceId: session.namespace.id,
      workflowId: workflow.id,
      folder: project.folder,
      entryFile: project.entryFile,
      executorFile,
      inspect,
      printer: new DevPrinter(terminal),
      onTakenOver: () => {
        terminal.note("Another terminal took over this dev session; this one ends.");
        takenOver.resolve();
      },
    });
    await loop.start();
    await Promise.race([untilInterrupted(), takenOver.promise]);
    await loop.close();
  },
};
