import { describe, expect, test } from "vitest";
import type { FunctionSpec } from "../../../../platform/clients/aws/lambda-functions.ts";
import { openMotoLambda } from "../../../../testing/lambda/open-moto-lambda.ts";
import { isMotoInstalled } from "../../../../testing/moto-server.ts";
import { makeFunction, TenancyNotOffered } from "./make-function.ts";

describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  test("a service that passes over isolation by tenant is found out, and no function is left that tenants would share", async () => {
    await using peer = await openMotoLambda();
    const { functions, roles } = peer;
    const spec: FunctionSpec = {
      ...{ name: "floww-tenants", roleArn: roles[0], memoryMb: 512, timeoutS: 900 },
      architecture: "x64",
      ...{ imageUri: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/floww@sha256:${"0".repeat(64)}` },
      ...{ logGroup: undefined, concurrency: 3, isIsolatedByTenant: true, description: "A test" },
    };
    const clock = { now: Date.now, pause: async () => undefined };
    await expect(makeFunction(functions, spec, clock)).rejects.toBeInstanceOf(TenancyNotOffered);
    expect(await functions.find(spec.name)).toBeUndefined();
    await makeFunction(functions, { ...spec, isIsolatedByTenant: false }, clock);
    expect(await functions.find(spec.name)).toMatchObject({ state: "Active", settings: { concurrency: 3 } });
  });
});
