import { setTimeout as delay } from "node:timers/promises";
import { Registry } from "@floww/images";
import { explainAccount } from "../../platform/clients/aws/account/account-errors.ts";
import type { Account } from "../../platform/clients/aws/account/open-account.ts";
import type { CommandContext, OperatorCommand } from "../command.ts";
import { applyAccount } from "./apply-account.ts";
import { AWS_USAGE, type AwsArguments, readAwsArguments } from "./aws-arguments.ts";
import { cloudFormation } from "./cloudformation.ts";
import { type AccountSetUp, describeAccount } from "./describe-account.ts";
import { type PlannedResource, planAccount } from "./plan-account.ts";
import { resolveReferences } from "./references.ts";
import { pushStockImage } from "./stock-image.ts";

export const awsCommand: OperatorCommand = {
  name: "aws",
  usage: AWS_USAGE,
  summary: "Set an AWS account up: roles, repositories, bucket, key. Or say what would be done, or print it.",
  run: async (context, args) => {
    const wanted = readAwsArguments(args);
    const setUp = describeAccount(wanted.name);
    if (wanted.mode === "template") return context.say(cloudFormation(setUp));
    await using opened = new AsyncDisposableStack();
    // AWS's clients take their time to load, and a server that serves has no need of most of them.
    const { openAccount } = await import("../../platform/clients/aws/account/open-account.ts");
    const account = await openAccount({ region: wanted.region ?? "" }, opened).catch((error: unknown) =>
      explainAccount(error, "Asking AWS who we are"),
    );
    context.say(`Account ${account.values.get("AWS::AccountId")}, ${wanted.region}, prefix ${wanted.name}`);
    if (wanted.mode === "plan") return await showPlan({ account, setUp, wanted }, context);
    await setAccountUp({ account, setUp, wanted }, context);
  },
};

interface SetUp {
  account: Account;
  setUp: AccountSetUp;
  wanted: AwsArguments;
}

async function showPlan({ account, setUp, wanted }: SetUp, { say }: CommandContext): Promise<void> {
  const planned = await planAccount(account, setUp.resources);
  for (const each of planned) say(lineOf(each, "to "));
  const left = planned.filter(({ action }) => action !== "keep").length;
  for (const architecture of wanted.architectures)
    say(`push    stock image ${architecture} to ${setUp.runtimeRepository}, unless it is there`);
  say(
    left === 0
      ? "Nothing of the account is left to do."
      : `${left} of ${planned.length} to do; nothing was changed.`,
  );
}

async function setAccountUp(
  { account, setUp, wanted }: SetUp,
  { config, say }: CommandContext,
): Promise<void> {
  const known = await applyAccount(account, setUp.resources, {
    pause: async (ms) => void (await delay(ms)),
    onDone: (done) => say(lineOf(done, "")),
  });
  const settings = resolveReferences(setUp.settings, known).map(({ name, value }) => `${name}=${value}`);
  if (wanted.architectures.length > 0) {
    const { host, credentials } = await account
      .signInToRegistry()
      .catch((error: unknown) => explainAccount(error, "Signing in to Amazon ECR"));
    const to = { registry: new Registry({ host, credentials }), repository: setUp.runtimeRepository };
    for (const architecture of wanted.architectures) {
      const { base } = wanted;
      const { executorFile } = config;
      const { digest, bytesUploaded } = await pushStockImage({ base, architecture, executorFile, to });
      say(`${bytesUploaded === 0 ? "kept   " : "pushed "} stock image ${architecture} ${digest}`);
      const variable = architecture === "x64" ? "FLOWW_LAMBDA_IMAGE" : "FLOWW_LAMBDA_IMAGE_ARM64";
      settings.push(`${variable}=${host}/${setUp.runtimeRepository}@${digest}`);
    }
  }
  say("");
  say(`Attach ${resolveReferences(setUp.serverPolicyArn, known)}`);
  say("to what the server runs as, and start it with FLOWW_PUBLIC_URL and");
  say("");
  for (const setting of settings) say(setting);
}

const DONE = { create: "created", change: "changed", keep: "kept" } as const;

function lineOf({ resource: { type, name }, action, differs }: PlannedResource, to: "to " | ""): string {
  const word = to !== "" && action !== "keep" ? action : DONE[action];
  const detail = differs.length === 0 ? "" : `: ${differs.join(", ")}`;
  return `${word.padEnd(7)} ${type.slice("AWS::".length).replace("::", " ")} ${name}${detail}`;
}
