import { parseArgs } from "node:util";
import { FlowwError } from "@floww/contract/errors";
import type { Architecture } from "@floww/images";

export interface AwsArguments {
  mode: "plan" | "template" | "apply";
  /** Undefined with `template` only, which is for any region. */
  region: string | undefined;
  name: string;
  base: string;
  /** Of which a stock image is pushed; none with `--without-image`. */
  architectures: Architecture[];
}

export const AWS_USAGE =
  "--region REGION [--prefix NAME] [--plan | --template] [--architecture x64,arm64] [--base IMAGE | --without-image]";

const DEFAULT_NAME = "floww";
const DEFAULT_BASE = "public.ecr.aws/lambda/nodejs:24";
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
/** With account and region it is a bucket's name, which has 63 characters at most. */
const NAME = /^(?=.{2,30}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** @throws FlowwError COMMAND_INVALID */
export function readAwsArguments(args: readonly string[]): AwsArguments {
  const values = parse(args);
  const { region, prefix = DEFAULT_NAME, base = DEFAULT_BASE, architecture = "x64" } = values;
  if (values.plan === true && values.template === true)
    throw invalid("--plan and --template do not go together");
  if (values.base !== undefined && values["without-image"] === true)
    throw invalid("--base and --without-image do not go together");
  const mode = values.plan === true ? "plan" : values.template === true ? "template" : "apply";
  if (region === undefined && mode !== "template") throw invalid("--region is missing");
  if (region !== undefined && !REGION.test(region))
    throw invalid(`--region is "${region}"; it must be one such as eu-central-1`);
  if (!NAME.test(prefix))
    throw invalid(
      `--prefix is "${prefix}"; it must be 2 to 30 small letters and digits, with single hyphens between`,
    );
  return {
    mode,
    region,
    name: prefix,
    base,
    architectures: values["without-image"] === true ? [] : readArchitectures(architecture),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        plan: { type: "boolean" },
        template: { type: "boolean" },
        region: { type: "string" },
        prefix: { type: "string" },
        architecture: { type: "string" },
        base: { type: "string" },
        "without-image": { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function readArchitectures(text: string): Architecture[] {
  const names = new Set(text.split(","));
  return [...names].map((name) => {
    if (name !== "x64" && name !== "arm64")
      throw invalid(`--architecture is "${text}"; it must be x64, arm64 or x64,arm64`);
    return name;
  });
}

function invalid(why: string): FlowwError {
  return new FlowwError("COMMAND_INVALID", `floww-server aws: ${why}.`, {
    fix: `Run: floww-server aws ${AWS_USAGE}`,
  });
}
