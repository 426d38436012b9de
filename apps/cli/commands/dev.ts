import { FlowwError } from "@floww/contract/errors";
import type { Command, CommandCall } from "../command.ts";
import { openBundlePlace } from "../dev-loop/bundle-place.ts";
import { DevLoop } from "../dev-loop/dev-loop.ts";
import { DevPrinter } from "../dev-loop/dev-printer.ts";
import { ensureServer } from "../dev-loop/ensure-server.ts";
import { readListenAddress } from "../dev-loop/listen-address.ts";
import { executorFile } from "../executor-file.ts";
import { ensureWorkflow } from "../project/ensure-workflow.ts";
import { readProject } from "../project/read-project.ts";
import { readNumber } from "../read-number.ts";
import { openSession } from "../session.ts";

const INSPECT_HOST = "127.0.0.1";
const INSPECT_PORT = 9229;

export const dev: Command = {
  usage: "dev [file]",
  summary: "Run the workflow on this machine, with real events; a save takes over when its code works.",
  example: "floww dev --debug --port 4500",
  options: [
    { flags: "--debug", description: "open an inspector for breakpoints; runs have no deadline then" },
    {
      flags: "--debug-port <port>",
      description: `the same, at this port (default ${INSPECT_PORT}; 0 for any that is free)`,
    },
    {
      flags: "--tap",
      description: "also run a copy of each event that the live version gets; its answer goes nowhere",
    },
    {
      flags: "--port <port>",
      description: "port of the server that it starts on this machine (default 4400; 0 for any that is free)",
    },
    { flags: "--host <address>", description: "where that server listens (default 127.0.0.1)" },
    { flags: "--yes", description: "create the workflow without asking when it does not exist" },
  ],
  run: async ({ args, options, environment, terminal, untilInterrupted }) => {
    const project = await readProject(".", args[0]);
    await ensureServer(environment, { folder: project.folder, listen: readListenAddress(options), terminal });
    const session = await openSession(environment);
    const workflow = await ensureWorkflow(session, project, async () => {
      const question = `There is no workflow "${project.name}" in ${session.namespace.name}. Create it?`;
      if (options.yes !== true && !(await terminal.confirm(question, "--yes"))) return false;
      terminal.note(`Creating the workflow ${project.name} in ${session.namespace.name}.`);
      return true;
    });
    if (workflow === undefined) throw new FlowwError("NOT_FOUND", `There is no workflow "${project.name}".`);
    const inspect = readInspect(options);
    await using bundles = await openBundlePlace(project.folder, { isDebugging: inspect !== undefined });
    const ended = Promise.withResolvers<void>();
    const loop = new DevLoop({
      session,
      terminal,
      workflowId: workflow.id,
      project,
      executorFile,
      bundleFolder: bundles.folder,
      inspect,
      isTapping: options.tap === true,
      printer: new DevPrinter(terminal),
      onTakenOver: () => {
        terminal.note("Another terminal took over this dev session; this one ends.");
        ended.resolve();
      },
      onFatal: (error) => ended.reject(error),
    });
    const over = Promise.race([untilInterrupted(), ended.promise]);
    try {
      await Promise.race([loop.start(), over]);
      await over;
    } finally {
      await loop.close();
    }
  },
};

/** `host:port` for the inspector, on this machine only: whoever reaches it can run what they like. */
function readInspect({ debug, debugPort }: CommandCall["options"]): string | undefined {
  if (debug !== true && debugPort === undefined) return undefined;
  const given = typeof debugPort === "string" ? debugPort : undefined;
  const port = readNumber("--debug-port", given, { min: 0, max: 65_535, otherwise: INSPECT_PORT });
  return `${INSPECT_HOST}:${port}`;
}
