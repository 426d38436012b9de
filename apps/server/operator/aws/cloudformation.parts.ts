import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openAccount } from "../../platform/clients/aws/account/open-account.ts";
import { motoCredentials, startMotoAccount } from "../../testing/moto-account.ts";
import { isMotoInstalled } from "../../testing/moto-server.ts";
import { applyAccount } from "./apply-account.ts";
import { cloudFormation } from "./cloudformation.ts";
import { describeAccount } from "./describe-account.ts";
import { planAccount } from "./plan-account.ts";

const REGION = "eu-central-1";
const setUp = describeAccount("floww");

/** What moto's CloudFormation leaves out of what the template says. On AWS all of it is there. */
const NOT_BY_MOTO = {
  // Kept in Python's words, which are no policy.
  FunctionsRole: ["change", "Policies"],
  RuntimeRepository: ["change", "RepositoryPolicyText"],
  Bucket: [
    "change",
    "PublicAccessBlockConfiguration",
    "OwnershipControls",
    "VersioningConfiguration",
    "LifecycleConfiguration",
  ],
  BucketPolicy: ["create"],
};

/** It wants a key's tags by other names than CloudFormation, and its policy as text. */
function asMotoReadsIt(template: string): string {
  const parsed = JSON.parse(template) as {
    Resources: { Key: { Properties: { KeyPolicy: object; Tags: { Key: string; Value: string }[] } } };
  };
  const { Properties } = parsed.Resources.Key;
  const Tags = Properties.Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
  const policy = JSON.stringify(Properties.KeyPolicy);
  const KeyPolicy = policy.replace(/\{"Fn::Sub":("[^"]*")\}/g, "$1").replace(/\$\{AWS::Partition\}/g, "aws");
  Object.assign(Properties, { Tags, KeyPolicy: KeyPolicy.replace(/\$\{AWS::AccountId\}/g, "123456789012") });
  return JSON.stringify(parsed);
}

describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  test("a stack of the template is what the command would have made, as far as the emulator goes", async () => {
    const moto = await startMotoAccount();
    onTestFinished(() => moto[Symbol.asyncDispose]());
    const created = await fetch(moto.url, {
      method: "POST",
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/cloudformation/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: new URLSearchParams({
        Action: "CreateStack",
        Version: "2010-05-15",
        StackName: "floww",
        TemplateBody: asMotoReadsIt(cloudFormation(setUp)),
        "Capabilities.member.1": "CAPABILITY_NAMED_IAM",
      }),
    });
    expect([created.status, await created.text()]).toEqual([200, expect.stringContaining("StackId")]);
    const opened = new AsyncDisposableStack();
    onTestFinished(() => opened.disposeAsync());
    const account = await openAccount(
      { region: REGION, endpoint: moto.url, credentials: motoCredentials },
      opened,
    );
    const planned = await planAccount(account, setUp.resources);
    const left = planned.filter(({ action }) => action !== "keep");
    expect(
      Object.fromEntries(left.map(({ resource, action, differs }) => [resource.id, [action, ...differs]])),
    ).toEqual(NOT_BY_MOTO);
    // The command goes on from there.
    await applyAccount(account, setUp.resources, { pause: async () => undefined });
    expect((await planAccount(account, setUp.resources)).every(({ action }) => action === "keep")).toBe(true);
  }, 120_000);

  test("cfn-lint has nothing to say about the template", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floww-template-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "floww.json");
    await writeFile(file, cloudFormation(setUp));
    // It comes with the emulator.
    const moto = process.env.MOTO_SERVER_BINARY;
    const program = moto === undefined ? "cfn-lint" : join(dirname(moto), "cfn-lint");
    expect(execFileSync(program, [file], { encoding: "utf8" })).toBe("");
  }, 120_000);
});
