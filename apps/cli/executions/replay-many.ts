import { deliveryVerdicts, type RouteAnswer, type RouteRequest, type Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { type CommandCall, textOf } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { readNumber } from "../read-number.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { readFilter } from "./execution-filter.ts";
import { formatInstant } from "./format-time.ts";
import { readData } from "./read-data.ts";
import { readEnum } from "./read-enum.ts";

/** Options that choose which. */
export const filterNames = [
  "status",
  "verdict",
  "workflow",
  "trigger",
  "deployment",
  "since",
  "until",
] as const;

type Selection = RouteRequest<Routes["previewReplay"]>["body"];
type Replay = RouteAnswer<Routes["createReplay"]>;

/** All that fit, after a look at how many those are. */
export async function replayMany(call: CommandCall, filters: readonly string[]): Promise<ExitCode> {
  const { options, environment, terminal } = call;
  if (filters.length === 0)
    throw new FlowwError("INPUT_INVALID", "It is not said what to replay.", {
      fix: "Give an id, or a filter like --status failed --since 1h.",
    });
  const bounds = { min: 1, max: limits.replaysPerSecondMax, otherwise: limits.replaysPerSecond };
  const rate = readNumber("--rate", textOf(options, "rate"), bounds);
  const data = await readData(textOf(options, "data"), terminal);
  const session = await openSession(environment);
  const selection = await readSelection(call, session);
  const params = { namespaceId: session.namespace.id };
  const preview = await session.client.previewReplay({ params, body: selection });
  if (options.dryRun === true) return printPreview(terminal, preview, options.json === true);
  if (preview.total === 0) {
    terminal.note("Nothing fits.");
    return exitCodes.ok;
  }
  const question = `Replay ${preview.total}, at most ${rate} a second?`;
  if (options.yes !== true && !(await terminal.confirm(question, "--yes"))) return exitCodes.wentWrong;
  const started = await session.client.createReplay({
    params,
    body: {
      ...selection,
      rate,
      deployment: options.original === true ? "original" : "current",
      ...(data === undefined ? {} : { input: { kind: "json", value: data } }),
    },
  });
  return printStarted(terminal, started, options.json === true);
}

async function readSelection({ options }: CommandCall, session: Session): Promise<Selection> {
  const verdict = readEnum("verdict", textOf(options, "verdict"), deliveryVerdicts);
  const filter = await readFilter(options, session);
  if (verdict === undefined) return { executions: filter };
  const { status, triggerId, deploymentId, ...common } = filter;
  if (status === undefined && triggerId === undefined && deploymentId === undefined)
    return { deliveries: { ...common, verdict } };
  throw new FlowwError(
    "INPUT_INVALID",
    "A delivery has a verdict; status, trigger and deployment are an execution's.",
    {
      fix: "Give --verdict, or --status, --trigger and --deployment.",
    },
  );
}

function printPreview(
  terminal: Terminal,
  preview: RouteAnswer<Routes["previewReplay"]>,
  asJson: boolean,
): ExitCode {
  if (asJson) terminal.json(preview);
  else {
    terminal.print(`${preview.total} would be replayed.`);
    if (preview.sample.length > 0)
      terminal.table(
        ["RECEIVED", "STATE", "ID"],
        preview.sample.map(({ at, state, id }) => [formatInstant(at), state, id]),
      );
  }
  return exitCodes.ok;
}

function printStarted(terminal: Terminal, started: Replay, asJson: boolean): ExitCode {
  if (asJson) terminal.json(started);
  else {
    terminal.print(started.id);
    terminal.note(`${started.total} are replayed, at most ${started.rate} a second. It goes on by itself.`);
    terminal.note(
      `See how far it is with \`floww replays show ${started.id}\`, end it with \`floww replays cancel\`.`,
    );
  }
  return exitCodes.ok;
}
