import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { motoCredentials, startMotoAccount } from "../../testing/moto-account.ts";
import { isMotoInstalled } from "../../testing/moto-server.ts";

const main = fileURLToPath(new URL("../../main.ts", import.meta.url));

async function aCommand() {
  const home = await mkdtemp(join(tmpdir(), "floww-aws-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const moto = await startMotoAccount();
  onTestFinished(() => moto[Symbol.asyncDispose]());
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    FLOWW_HOME: home,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL: moto.url,
  };
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = motoCredentials;
  return (args: string, credentials: object = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }) =>
    new Promise<string>((resolve) => {
      const all = ["--no-warnings", main, "aws", "--region", "eu-central-1", ...args.split(" ")];
      execFile(process.execPath, all, { env: { ...env, ...credentials } }, (error, stdout, stderr) =>
        resolve(error === null ? stdout : `${stdout}${stderr}exit ${error.code}`),
      );
    });
}

describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  test("the command plans, sets up, says what the server is started with, and has nothing left to do", async () => {
    const run = await aCommand();
    expect(await run("--plan")).toMatchInlineSnapshot(`
      "Account 123456789012, eu-central-1, prefix floww
      create  Logs LogGroup /floww/floww/functions
      create  IAM Role floww-functions
      create  ECR Repository floww-runtime
      create  S3 Bucket floww-123456789012-eu-central-1
      create  S3 BucketPolicy floww-123456789012-eu-central-1
      create  KMS Key alias/floww
      create  IAM ManagedPolicy floww-server
      push    stock image x64 to floww-runtime, unless it is there
      7 of 7 to do; nothing was changed.
      "
    `);
    expect(await run("--without-image")).toMatchInlineSnapshot(`
      "Account 123456789012, eu-central-1, prefix floww
      created Logs LogGroup /floww/floww/functions
      created IAM Role floww-functions
      created ECR Repository floww-runtime
      created S3 Bucket floww-123456789012-eu-central-1
      created S3 BucketPolicy floww-123456789012-eu-central-1
      created KMS Key alias/floww
      created IAM ManagedPolicy floww-server

      Attach arn:aws:iam::123456789012:policy/floww/floww/floww-server
      to what the server runs as, and start it with FLOWW_PUBLIC_URL and

      FLOWW_LAMBDA=eu-central-1
      FLOWW_LAMBDA_ROLE=arn:aws:iam::123456789012:role/floww-functions
      FLOWW_LAMBDA_LOGS=/floww/floww/functions
      FLOWW_REGISTRY=ecr:eu-central-1/floww
      FLOWW_ARTIFACTS=s3:eu-central-1/floww-123456789012-eu-central-1
      FLOWW_KEYS=kms:eu-central-1/alias/floww
      "
    `);
    expect(await run("--plan --without-image")).toMatchInlineSnapshot(`
      "Account 123456789012, eu-central-1, prefix floww
      kept    Logs LogGroup /floww/floww/functions
      kept    IAM Role floww-functions
      kept    ECR Repository floww-runtime
      kept    S3 Bucket floww-123456789012-eu-central-1
      kept    S3 BucketPolicy floww-123456789012-eu-central-1
      kept    KMS Key alias/floww
      kept    IAM ManagedPolicy floww-server
      Nothing of the account is left to do.
      "
    `);
  }, 120_000);

  test("without credentials, and with an argument that it does not know, it says what to do", async () => {
    const run = await aCommand();
    expect(await run("--plan", {})).toMatchInlineSnapshot(`
      "There are no credentials of AWS's.
      Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, to somebody who may set the account up.
      exit 1"
    `);
    expect(await run("--force")).toMatchInlineSnapshot(`
      "floww-server aws: Unknown option '--force'.
      Run: floww-server aws --region REGION [--prefix NAME] [--plan | --template] [--architecture x64,arm64] [--base IMAGE | --without-image]
      exit 1"
    `);
  }, 120_000);
});
