import { afterEach, beforeEach, expect, test } from "vitest";
import type { LambdaRefusal } from "../../../../testing/lambda/lambda-endpoint.ts";
import {
  type OpenedLambda,
  openLambdaDriver,
  STOCK_IMAGE,
} from "../../../../testing/lambda/open-lambda-driver.ts";
import { makeFunction, TenancyNotOffered } from "./make-function.ts";

let lambda: OpenedLambda;
beforeEach(async () => {
  lambda = await openLambdaDriver();
});
afterEach(() => lambda[Symbol.asyncDispose]());

const spec = {
  name: "floww-test-one",
  imageUri: STOCK_IMAGE,
  roleArn: "arn:aws:iam::000000000000:role/floww-runtime",
  memoryMb: 512,
  timeoutS: 900,
  architecture: "x64",
  concurrency: undefined,
  logGroup: "/floww/test/functions",
  isIsolatedByTenant: true,
  description: "A runtime of Floww",
} as const;
const make = (changes: Partial<Parameters<typeof makeFunction>[1]> = {}) =>
  makeFunction(lambda.functions, { ...spec, ...changes }, lambda.clock);
const asked = (operation: string) => lambda.endpoint.asked.filter((one) => one === operation).length;
/** Refuses an operation so many times. */
const refuse = (operation: string, refusal: LambdaRefusal, times = 1) => {
  let left = times;
  lambda.endpoint.behaviour.refuse = (one) => (one === operation && left-- > 0 ? refusal : undefined);
};

test("it is made of the image as it was asked for, waited for, and the next time only looked at", async () => {
  lambda.endpoint.behaviour.looksUntilSettled = 3;
  await make();
  expect(lambda.endpoint.functions).toEqual([
    expect.objectContaining({
      name: spec.name,
      PackageType: "Image",
      imageUri: STOCK_IMAGE,
      Role: spec.roleArn,
      MemorySize: 512,
      Timeout: 900,
      Architectures: ["x86_64"],
      LoggingConfig: { LogGroup: spec.logGroup },
      State: "Active",
      TenancyConfig: { TenantIsolationMode: "PER_TENANT" },
      concurrency: undefined,
    }),
  ]);
  const before = lambda.endpoint.asked.length;
  await make();
  expect(lambda.endpoint.asked.slice(before)).toEqual(["GetFunction"]);
});

test("many that make it at once make one, and each of them waits until it is there", async () => {
  await Promise.all(Array.from({ length: 5 }, () => make({ concurrency: 3 })));
  expect(lambda.endpoint.functions).toEqual([expect.objectContaining({ State: "Active", concurrency: 3 })]);
});

test("what a server began and died in the middle of is brought to its end by the next", async () => {
  await lambda.functions.create(spec);
  await make({ concurrency: 7 });
  expect(asked("CreateFunction")).toBe(1);
  expect(lambda.endpoint.functions).toMatchObject([{ State: "Active", concurrency: 7 }]);
  await make();
  expect(lambda.endpoint.functions).toMatchObject([{ concurrency: undefined }]);
});

test("one that logs elsewhere is told where to, unless the server names no place", async () => {
  await make({ logGroup: undefined });
  await make({ logGroup: undefined });
  expect(asked("UpdateFunctionConfiguration")).toBe(0);
  await make();
  await make();
  expect(asked("UpdateFunctionConfiguration")).toBe(1);
  expect(lambda.endpoint.functions).toMatchObject([{ LoggingConfig: { LogGroup: spec.logGroup } }]);
  await make({ logGroup: undefined });
  expect(asked("UpdateFunctionConfiguration")).toBe(1);
});

test("what somebody changed is changed back, one change at a time, and waited for", async () => {
  await make();
  lambda.endpoint.behaviour.looksUntilSettled = 2;
  lambda.endpoint.change(spec.name, { Role: "arn:aws:iam::000000000000:role/other", MemorySize: 128 });
  const imageUri = STOCK_IMAGE.replace(/0$/, "1");
  await make({ imageUri });
  expect(lambda.endpoint.functions).toMatchObject([
    { Role: spec.roleArn, MemorySize: 512, imageUri, LastUpdateStatus: "Successful" },
  ]);
  expect([asked("UpdateFunctionCode"), asked("UpdateFunctionConfiguration")]).toEqual([1, 1]);
});

test("an image that AWS cannot use is told with AWS's reason, without names of the account's resources", async () => {
  const reason = "Lambda may not read arn:aws:ecr:eu-central-1:000000000000:repository/floww, denied.";
  lambda.endpoint.behaviour.makes = { state: "Failed", code: "ImageAccessDenied", reason };
  await expect(make()).rejects.toMatchObject({
    code: "LAMBDA_FUNCTION_FAILED",
    message: "AWS Lambda could not make it: ImageAccessDenied: Lambda may not read arn:…, denied.",
  });
  // What was wrong may have been put right: it is made anew, once.
  lambda.endpoint.behaviour.makes = { state: "Active" };
  await make();
  expect(lambda.endpoint.functions).toMatchObject([{ State: "Active" }]);
  expect([asked("CreateFunction"), asked("DeleteFunction")]).toEqual([2, 1]);
});

test.each(["refused", "passed-over"] as const)(
  "where tenants are not kept apart (%s) that is told, and nothing is left that they could share",
  async (tenancy) => {
    lambda.endpoint.behaviour.tenancy = tenancy;
    await expect(make()).rejects.toBeInstanceOf(TenancyNotOffered);
    expect(lambda.endpoint.functions).toEqual([]);
    await make({ isIsolatedByTenant: false });
    expect(lambda.endpoint.functions).toHaveLength(1);
  },
);

test("a role that was made a moment ago is waited for", async () => {
  const message = "The role defined for the function cannot be assumed by Lambda.";
  refuse("CreateFunction", { status: 400, name: "InvalidParameterValueException", message }, 3);
  await make();
  expect(asked("CreateFunction")).toBe(4);
});

test("throttles of the control plane are waited out", async () => {
  refuse("CreateFunction", { status: 429, name: "TooManyRequestsException" }, 2);
  await make();
  expect(asked("CreateFunction")).toBe(3);
});

test.each([
  [
    "InvalidParameterValueException",
    400,
    "LAMBDA_FUNCTION_FAILED",
    "AWS Lambda answered InvalidParameterValueException: no",
  ],
  ["AccessDeniedException", 403, "RUNTIME_UNAVAILABLE", "AWS Lambda answered AccessDeniedException."],
])("what AWS refuses is told by its kind: %s", async (name, status, code, message) => {
  refuse("CreateFunction", { status, name, message: "no" }, 100);
  await expect(make()).rejects.toMatchObject({ code, message });
});

test("functions are listed page by page, those of the prefix only", async () => {
  for (let n = 0; n < 60; n++) await lambda.functions.create({ ...spec, name: `floww-other-${n}` });
  for (let n = 0; n < 60; n++) await lambda.functions.create({ ...spec, name: `floww-test-${n}` });
  const listed = [];
  for await (const { name, modifiedAtMs } of lambda.functions.list("floww-test-")) {
    expect(modifiedAtMs).toBeGreaterThan(Date.now() - 60_000);
    listed.push(name);
  }
  expect(listed).toHaveLength(60);
  await lambda.functions.remove("floww-test-0");
  await lambda.functions.remove("floww-test-0");
});
