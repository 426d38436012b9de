import { expect, test } from "vitest";
import { readAwsArguments } from "./aws-arguments.ts";

test("a region is enough", () => {
  expect(readAwsArguments(["--region", "eu-central-1"])).toEqual({
    mode: "apply",
    region: "eu-central-1",
    name: "floww",
    base: "public.ecr.aws/lambda/nodejs:24",
    architectures: ["x64"],
  });
  expect(readAwsArguments(["--template", "--prefix", "acme-2"])).toMatchObject({
    mode: "template",
    name: "acme-2",
  });
  expect(readAwsArguments(["--plan", "--region=us-gov-west-1", "--architecture", "x64,arm64"])).toMatchObject(
    {
      mode: "plan",
      architectures: ["x64", "arm64"],
    },
  );
  expect(readAwsArguments(["--region", "eu-central-1", "--without-image"]).architectures).toEqual([]);
});

test("what cannot be meant is refused before AWS is asked", () => {
  for (const args of [
    [],
    ["--plan"],
    ["--region", "Frankfurt"],
    ["--region", "eu-central-1", "--prefix", "Floww"],
    ["--region", "eu-central-1", "--prefix", "a".repeat(31)],
    ["--region", "eu-central-1", "--prefix", "a--b"],
    ["--region", "eu-central-1", "--prefix", "a-"],
    ["--region", "eu-central-1", "--plan", "--template"],
    ["--region", "eu-central-1", "--architecture", "mips"],
    ["--region", "eu-central-1", "--base", "x", "--without-image"],
    ["--region", "eu-central-1", "now"],
    ["--region", "eu-central-1", "--force"],
  ])
    expect(() => readAwsArguments(args), args.join(" ")).toThrowError(
      expect.objectContaining({ code: "COMMAND_INVALID" }),
    );
});
