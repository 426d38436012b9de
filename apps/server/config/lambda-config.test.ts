import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const image = (digit: string) =>
  `123456789012.dkr.ecr.eu-central-1.amazonaws.com/floww/runtime@sha256:${digit.repeat(64)}`;
const whole = {
  FLOWW_PUBLIC_URL: "https://floww.example.com",
  FLOWW_LAMBDA: "eu-central-1",
  FLOWW_LAMBDA_ROLE: "arn:aws:iam::123456789012:role/floww-runtime",
  FLOWW_LAMBDA_LOGS: "/floww/functions",
  FLOWW_LAMBDA_IMAGE: image("0"),
};

test("AWS Lambda is offered when it is configured, with images by digest", () => {
  expect(readConfig({}).lambda).toBeUndefined();
  expect(readConfig(whole).lambda).toEqual({
    region: "eu-central-1",
    roleArn: whole.FLOWW_LAMBDA_ROLE,
    logGroup: "/floww/functions",
    images: { x64: image("0") },
  });
  const { FLOWW_LAMBDA_IMAGE: _, ...others } = whole;
  expect(readConfig({ ...others, FLOWW_LAMBDA_IMAGE_ARM64: image("1") }).lambda?.images).toEqual({
    arm64: image("1"),
  });
});

test.each([
  ["FLOWW_LAMBDA", "everywhere"],
  ["FLOWW_LAMBDA_ROLE", "floww-runtime"],
  ["FLOWW_LAMBDA_ROLE", undefined],
  ["FLOWW_LAMBDA_LOGS", "aws/functions"],
  ["FLOWW_LAMBDA_LOGS", "a group"],
  ["FLOWW_LAMBDA_IMAGE", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/floww/runtime:latest"],
  ["FLOWW_LAMBDA_IMAGE", `public.ecr.aws/lambda/nodejs@sha256:${"0".repeat(64)}`],
  ["FLOWW_LAMBDA_IMAGE", undefined],
  ["FLOWW_PUBLIC_URL", undefined],
] as const)("%s=%s is refused by its name", (name, value) => {
  const { [name]: _, ...others } = whole;
  const changed = value === undefined ? others : { ...others, [name]: value };
  expect(() => readConfig(changed)).toThrow(name);
});
