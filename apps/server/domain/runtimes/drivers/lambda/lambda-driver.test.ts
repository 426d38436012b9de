import { afterEach } from "vitest";
import { type OpenedLambda, openLambdaDriver } from "../../../../testing/lambda/open-lambda-driver.ts";
import { describeDriver } from "../conformance.ts";

const opened: OpenedLambda[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one[Symbol.asyncDispose]()));
});

const create = (tenancy: "offered" | "refused") => async () => {
  const lambda = await openLambdaDriver();
  lambda.endpoint.behaviour.tenancy = tenancy;
  opened.push(lambda);
  return lambda.driver;
};

const place = { runtime: { driver: "lambda" }, isBootSeen: false } as const;
describeDriver("AWS Lambda, by tenant", create("offered"), place);
describeDriver("AWS Lambda, by function", create("refused"), place);
