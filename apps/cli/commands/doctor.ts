import { limits } from "@floww/contract/limits";
import { type Command, jsonOption } from "../command.ts";
import { bundleBuilds } from "../doctor/bundle-builds.ts";
import type { Check, Finding } from "../doctor/check.ts";
import { clockSkew } from "../doctor/clock-skew.ts";
import { entryFile } from "../doctor/entry-file.ts";
import { isolationLevel } from "../doctor/isolation-level.ts";
import { limitRows } from "../doctor/limits-table.ts";
import { namespaceChosen } from "../doctor/namespace-chosen.ts";
import { nodeVersion } from "../doctor/node-version.ts";
import { projectFile } from "../doctor/project-file.ts";
import { providersConfigured } from "../doctor/providers-configured.ts";
import { runChecks } from "../doctor/run-checks.ts";
import { secretsSet } from "../doctor/secrets-set.ts";
import { serverReachable } from "../doctor/server-reachable.ts";
import { signedIn } from "../doctor/signed-in.ts";
import { workflowThere } from "../doctor/workflow-there.ts";
import { exitCodes } from "../exit-code.ts";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";

const checks: readonly Check[] = [
  nodeVersion,
  serverReachable,
  clockSkew,
  isolationLevel,
  signedIn,
  namespaceChosen,
  projectFile,
  workflowThere,
  entryFile,
  bundleBuilds,
  providersConfigured,
  secretsSet,
];

export const doctor: Command = {
  usage: "doctor [folder]",
  summary: "Look for the usual problems, and say how to solve each.",
  example: "floww doctor --json",
  options: [{ flags: "--limits", description: "also print every limit that a workflow meets" }, jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const findings = await runChecks(checks, { environment, folder: args[0] ?? "." });
    if (options.json === true) terminal.json({ findings, limits });
    else print(terminal, findings, options.limits === true);
    return findings.some(({ status }) => status === "wrong") ? exitCodes.wentWrong : exitCodes.ok;
  },
};

const MARKS = { fine: "ok   ", wrong: "WRONG", "left out": "-    " } as const;

function print(terminal: Terminal, findings: readonly Finding[], withLimits: boolean): void {
  for (const { check, status, message, fix, frame } of findings) {
    terminal.print(`${MARKS[status]}  ${check.padEnd(10)}  ${printable(message)}`);
    for (const line of frame?.split("\n") ?? []) terminal.print(`${" ".repeat(19)}${printable(line)}`);
    if (fix !== undefined) terminal.print(`${" ".repeat(19)}-> ${printable(fix)}`);
  }
  if (withLimits) {
    terminal.print("");
    terminal.table(["LIMIT", "VALUE"], limitRows());
  }
  const wrong = findings.filter(({ status }) => status === "wrong").length;
  if (wrong === 0) terminal.note("Nothing is wrong.");
  else terminal.note(wrong === 1 ? "One thing is wrong." : `${wrong} things are wrong.`);
}
