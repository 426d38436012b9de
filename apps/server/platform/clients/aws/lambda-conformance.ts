import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kindOfLambdaError } from "./lambda-errors.ts";
import type { FoundFunction, FunctionSpec, LambdaFunctions } from "./lambda-functions.ts";

export interface LambdaPeer extends AsyncDisposable {
  functions: LambdaFunctions;
  /** A role that functions may have there, and another one. */
  roles: [string, string];
}

const image = (digit: string) =>
  `123456789012.dkr.ecr.eu-central-1.amazonaws.com/floww/runtime@sha256:${digit.repeat(64)}`;

/** What the control plane of AWS Lambda does, whoever plays it: AWS's own client is always between. */
export function describeLambdaFunctions(name: string, open: () => Promise<LambdaPeer>): void {
  describe(`functions of: ${name}`, () => {
    let peer: LambdaPeer;
    let functions: LambdaFunctions;
    beforeAll(async () => {
      peer = await open();
      ({ functions } = peer);
    }, 120_000);
    afterAll(() => peer[Symbol.asyncDispose]());

    const settled = async (name: string): Promise<FoundFunction> => {
      for (;;) {
        const found = await functions.find(name);
        if (found !== undefined && found.state !== "Pending" && found.lastUpdate !== "InProgress")
          return found;
      }
    };
    const make = async (name: string) => {
      const spec: FunctionSpec = {
        ...{ name, imageUri: image("0"), roleArn: peer.roles[0], memoryMb: 256, timeoutS: 900 },
        ...{
          architecture: "arm64",
          concurrency: undefined,
          logGroup: "/floww/test/functions",
          isIsolatedByTenant: false,
          description: "A test",
        },
      };
      await functions.create(spec);
      return spec;
    };

    test("one that was never made is not there", async () => {
      expect(await functions.find("floww-none")).toBeUndefined();
      await functions.remove("floww-none");
      const missing = await functions.reserve("floww-none", 1).catch(kindOfLambdaError);
      expect(missing).toBe("missing");
    });

    test("one is made, becomes active, and is as it was asked for", async () => {
      const { roleArn } = await make("floww-a-made");
      expect(await settled("floww-a-made")).toMatchObject({
        state: "Active",
        lastUpdate: "Successful",
        isIsolatedByTenant: false,
        settings: { roleArn, memoryMb: 256, timeoutS: 900, concurrency: undefined },
      });
    });

    test("of two that make it the second is told that it is there", async () => {
      const spec = await make("floww-a-twice");
      expect(await functions.create(spec).catch(kindOfLambdaError)).toBe("conflict");
    });

    test("its settings and its image are changed", async () => {
      const { name } = await make("floww-a-changed");
      await settled(name);
      const logGroup = "/floww/other/functions";
      const changed = { roleArn: peer.roles[1], memoryMb: 512, timeoutS: 60 };
      await functions.configure(name, { ...changed, logGroup });
      await settled(name);
      await functions.changeImage(name, { imageUri: image("1"), architecture: "arm64" });
      const { settings } = await settled(name);
      expect(settings).toMatchObject(changed);
      // moto keeps no such setting.
      if (settings.logGroup !== undefined) expect(settings.logGroup).toBe(logGroup);
      if (settings.imageUri !== undefined) expect(settings.imageUri).toContain("1".repeat(64));
    });

    test("runs are kept aside for it, and given back", async () => {
      const { name } = await make("floww-a-reserved");
      await settled(name);
      await functions.reserve(name, 5);
      expect((await functions.find(name))?.settings.concurrency).toBe(5);
      await functions.reserve(name, undefined);
      expect((await functions.find(name))?.settings.concurrency).toBeUndefined();
    });

    test("those of a prefix are listed, with when they were last changed; one that was removed is not", async () => {
      for (let n = 0; n < 60; n++) await make(`floww-b-${n}`);
      await functions.remove("floww-b-7");
      await functions.remove("floww-b-7");
      const listed: string[] = [];
      for await (const { name, modifiedAtMs } of functions.list("floww-b-")) {
        expect(Math.abs(Date.now() - modifiedAtMs)).toBeLessThan(10 * 60_000);
        listed.push(name);
      }
      expect(listed).toHaveLength(59);
      expect(listed).not.toContain("floww-b-7");
    });
  });
}
