import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { LambdaRefusal } from "../../../../testing/lambda/lambda-endpoint.ts";
import { type OpenedLambda, openLambdaDriver } from "../../../../testing/lambda/open-lambda-driver.ts";
import { aMarkedTarget, aTarget, returnedBy, runToEnd, type SandboxedHandler } from "../test-workflow.ts";

const runtime = { driver: "lambda" } as const;
let lambda: OpenedLambda;
beforeEach(async () => {
  lambda = await openLambdaDriver();
});
afterEach(() => lambda[Symbol.asyncDispose]());

const target = () => aMarkedTarget(runtime);
const targetOf = (handlers: Record<string, SandboxedHandler>) => aTarget(handlers, { runtime });
const asked = (operation: string) => lambda.endpoint.asked.filter((one) => one === operation).length;
const INVOKE = "InvokeWithResponseStream";
const refuse = (refusal: LambdaRefusal | "hang-up", times: number) => {
  let left = times;
  lambda.endpoint.behaviour.refuse = (one) => (one === INVOKE && left-- > 0 ? refusal : undefined);
};
const tenants = () => lambda.endpoint.environments.map(({ tenantId }) => tenantId);

describe("what AWS answers in place of a run", () => {
  test.each([
    [429, "TooManyRequestsException"],
    [502, "EC2ThrottledException"],
    [502, "ENILimitReachedException"],
    [502, "ResourceNotReadyException"],
    [409, "CodeArtifactUserPendingException"],
    [409, "ResourceConflictException"],
  ])("%s %s: nothing has begun, and it is asked again", async (status, name) => {
    refuse({ status, name }, 3);
    expect(await returnedBy(runToEnd(lambda.driver, target(), "loads"))).toBe(1);
    expect(asked(INVOKE)).toBe(4);
  });

  test.each([
    [
      "an error of AWS itself",
      { status: 500, name: "ServiceException" },
      "AWS Lambda answered ServiceException.",
    ],
    ["a connection that breaks", "hang-up", "AWS Lambda could not be reached."],
  ] as const)("%s: it may have begun, so it is not repeated", async (_, refusal, message) => {
    refuse(refusal, 1);
    expect(await runToEnd(lambda.driver, target(), "loads")).toMatchObject({
      state: "interrupted",
      error: { code: "INTERRUPTED", message },
    });
    expect(asked(INVOKE)).toBe(1);
  });

  test("throttled for as long as a run may take, it was not begun, and says so", async () => {
    refuse({ status: 429, name: "TooManyRequestsException" }, 1_000_000);
    await expect(runToEnd(lambda.driver, target(), "loads", { timeoutMs: 500 })).rejects.toMatchObject({
      code: "RUNTIME_UNAVAILABLE",
    });
  });

  test("a missing permission is nobody's fault who deployed, and is not asked for again", async () => {
    refuse(
      { status: 403, name: "AccessDeniedException", message: "arn:aws:iam::1:user/x is not authorized" },
      9,
    );
    await expect(runToEnd(lambda.driver, target(), "loads")).rejects.toMatchObject({
      code: "RUNTIME_UNAVAILABLE",
      message: "AWS Lambda answered AccessDeniedException.",
    });
    expect(asked(INVOKE)).toBe(1);
  });

  test("a service that cannot be reached is asked until it can, since nothing was sent", async () => {
    const deployment = target();
    const mark = await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    const comeBack = await lambda.endpoint.goAway();
    // Its client hears of connections that were closed: sent into one of those, a request may have arrived.
    await delay(50);
    let isOver = false;
    const end = returnedBy(runToEnd(lambda.driver, deployment, "mark")).finally(() => {
      isOver = true;
    });
    await delay(50);
    expect(isOver).toBe(false);
    await comeBack();
    expect(await end).toBe(mark);
  });

  test("a service that stays away is no fault of the run", async () => {
    await lambda.endpoint[Symbol.asyncDispose]();
    await expect(runToEnd(lambda.driver, target(), "loads", { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: "RUNTIME_UNAVAILABLE",
    });
  });

  test("a function that is gone is made anew", async () => {
    const deployment = target();
    await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    await lambda.functions.remove(lambda.endpoint.functions[0]!.name);
    expect(await returnedBy(runToEnd(lambda.driver, deployment, "loads"))).toBe(1);
    expect(asked("CreateFunction")).toBe(2);
  });

  test("a function that AWS has put to rest is waited for", async () => {
    const deployment = target();
    await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    lambda.endpoint.change(lambda.endpoint.functions[0]!.name, {
      State: "Pending",
      StateReasonCode: "Restoring",
    });
    expect(await returnedBy(runToEnd(lambda.driver, deployment, "mark"))).toEqual(expect.any(Number));
    expect(asked("CreateFunction")).toBe(1);
  });

  test("a run that waited for its function for too long was not begun, and never is", async () => {
    lambda.endpoint.behaviour.looksUntilSettled = 1_000_000;
    const deployment = target();
    const late = runToEnd(lambda.driver, deployment, "mark", { timeoutMs: 300 });
    await expect(late).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
    lambda.endpoint.settle();
    expect(await returnedBy(runToEnd(lambda.driver, deployment, "mark"))).toEqual(expect.any(Number));
    expect(asked(INVOKE)).toBe(1);
  });

  test("a run that was turned away, and then waited for too long, was not begun either", async () => {
    const deployment = target();
    await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    const [{ name }] = lambda.endpoint.functions as [{ name: string }];
    lambda.endpoint.change(name, { State: "Pending" });
    lambda.endpoint.unsettle(name);
    const late = runToEnd(lambda.driver, deployment, "mark", { timeoutMs: 300 });
    await expect(late).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE" });
  });

  test.each([4, 6, 20])(
    "an event of %s MB reaches the run, past AWS's limit by another way",
    async (size) => {
      const input = "x".repeat(size * 1024 * 1024);
      const deployment = targetOf({ length: (_, event) => event.body.byteLength });
      // With its quotes.
      expect(await returnedBy(runToEnd(lambda.driver, deployment, "length", { input }))).toBe(
        input.length + 2,
      );
    },
  );

  test("what is too large without its body is refused before it is sent", async () => {
    const deployment = { ...target(), env: async () => ({ BIG: "x".repeat(6 * 1024 * 1024) }) };
    await expect(runToEnd(lambda.driver, deployment, "loads")).rejects.toMatchObject({
      code: "LAMBDA_EVENT_TOO_LARGE",
    });
    expect(asked(INVOKE)).toBe(0);
  });
});

describe("how a function's process ends", () => {
  const ways = () =>
    targetOf({
      exits: () => {
        const here = process;
        here.exit(3);
      },
      exitsWell: () => {
        const here = process;
        here.exit(0);
      },
      killsItself: () => process.kill(process.pid, "SIGKILL"),
      fillsMemory: () => {
        process.stdout.write("filling");
        process.kill(process.pid, "SIGKILL");
      },
      throwsLater: async () => {
        setTimeout(() => {
          throw new RangeError("later");
        }, 1);
        await new Promise(() => undefined);
      },
      blocks: () => {
        for (;;);
      },
      fine: () => "fine",
    });

  test.each([
    ["exits", { state: "failed", error: { code: "PROCESS_EXITED" } }],
    ["exitsWell", { state: "failed", error: { code: "PROCESS_EXITED" } }],
    ["killsItself", { state: "failed", error: { code: "PROCESS_CRASHED" } }],
    ["fillsMemory", { state: "failed", error: { code: "OUT_OF_MEMORY" } }],
    ["throwsLater", { state: "failed", error: { code: "UNCAUGHT_ERROR", message: "later" } }],
  ])(
    "%s: the run's end says it as in the server's own engine, and the next run is fine",
    async (handler, end) => {
      const deployment = ways();
      expect(await runToEnd(lambda.driver, deployment, handler)).toMatchObject(end);
      expect(await returnedBy(runToEnd(lambda.driver, deployment, "fine"))).toBe("fine");
    },
  );

  test.each([
    ["exits", "PROCESS_EXITED"],
    ["throwsLater", "UNCAUGHT_ERROR"],
    ["killsItself", "PROCESS_CRASHED"],
  ])("%s: also when AWS says no more than that the answer broke off", async (handler, code) => {
    lambda.endpoint.behaviour.saysTruncated = true;
    expect(await runToEnd(lambda.driver, ways(), handler)).toMatchObject({
      state: "failed",
      error: { code },
    });
  });

  test("what AWS ends at the function's own timeout has timed out", async () => {
    lambda.endpoint.behaviour.timeoutMs = 500;
    expect(await runToEnd(lambda.driver, ways(), "blocks")).toMatchObject({
      state: "timed_out",
      error: { code: "RUN_TIMED_OUT" },
    });
  });

  test("the last words of its log are the run's", async () => {
    const lines: string[] = [];
    const deployment = targetOf({
      says: () => {
        process.stderr.write("last words\n", () => process.kill(process.pid, "SIGKILL"));
        return new Promise(() => undefined);
      },
    });
    await runToEnd(lambda.driver, deployment, "says", { onLog: ({ text }) => lines.push(String(text)) });
    expect(lines).toEqual(["last words"]);
  });
});

describe("who shares what", () => {
  test("deployments share a function and never an environment; what proves runs nothing", async () => {
    const [one, two] = [target(), target()];
    await lambda.driver.prove(one);
    await lambda.driver.prove(one);
    await returnedBy(runToEnd(lambda.driver, one, "mark"));
    await returnedBy(runToEnd(lambda.driver, two, "mark"));
    expect(lambda.endpoint.functions).toHaveLength(1);
    expect(tenants()).toEqual([
      `ns_test/${one.deploymentId}/prove`,
      expect.stringMatching(`^ns_test/${one.deploymentId}/[0-9a-f]{16}$`),
      expect.stringMatching(`^ns_test/${two.deploymentId}/[0-9a-f]{16}$`),
    ]);
  });

  test.each(["offered", "refused"] as const)(
    "changed variables are the next run's, in an environment that never had others (tenants: %s)",
    async (tenancy) => {
      lambda.endpoint.behaviour.tenancy = tenancy;
      let env: Record<string, string> = { WORD: "old" };
      const deployment = { ...targetOf({ word: () => process.env }), env: async () => env };
      expect(await returnedBy(runToEnd(lambda.driver, deployment, "word"))).toEqual({ WORD: "old" });
      env = { WORD: "new" };
      lambda.driver.retire(deployment.deploymentId);
      expect(await returnedBy(runToEnd(lambda.driver, deployment, "word"))).toEqual({ WORD: "new" });
    },
  );

  test("what proves has no variables, and its runs have theirs", async () => {
    const deployment = { ...targetOf({ word: () => process.env }), env: async () => ({ WORD: "here" }) };
    await lambda.driver.prove({ ...deployment, env: async () => ({}) });
    expect(await returnedBy(runToEnd(lambda.driver, deployment, "word"))).toEqual({ WORD: "here" });
  });

  test("variables beyond the 4 kB that a function's own environment may have reach the run", async () => {
    const env = { BIG: "x".repeat(100_000) };
    const deployment = { ...targetOf({ size: () => process.env.BIG?.length }), env: async () => env };
    expect(await returnedBy(runToEnd(lambda.driver, deployment, "size"))).toBe(100_000);
  });

  test("where tenants are not kept apart each deployment has its function, and a proof leaves none", async () => {
    lambda.endpoint.behaviour.tenancy = "passed-over";
    expect(lambda.driver.isolation).toBe("AWS Lambda (microVMs of one deployment each)");
    const [one, two] = [target(), target()];
    await lambda.driver.prove(one);
    await vi.waitUntil(() => lambda.endpoint.functions.length === 0);
    await returnedBy(runToEnd(lambda.driver, one, "mark"));
    await returnedBy(runToEnd(lambda.driver, two, "mark"));
    expect(lambda.endpoint.functions).toHaveLength(2);
    expect(lambda.driver.isolation).toContain("by function");
    // Known from now on: nothing is made in order to be refused.
    expect(lambda.endpoint.functions.every(({ TenancyConfig }) => TenancyConfig === undefined)).toBe(true);
  });

  test("a deployment with a concurrency has a function of its own, and what is beyond it waits", async () => {
    const deployment = aMarkedTarget({ ...runtime, concurrency: 1 });
    const begun = Promise.withResolvers<void>();
    const first = runToEnd(lambda.driver, deployment, "short", { onLog: () => begun.resolve() });
    await begun.promise;
    expect(await returnedBy(runToEnd(lambda.driver, deployment, "short"))).toBe(await returnedBy(first));
    await returnedBy(runToEnd(lambda.driver, target(), "mark"));
    expect(lambda.endpoint.functions.map(({ concurrency }) => concurrency)).toEqual([1, undefined]);
  });
});

describe("what is left behind", () => {
  test("runs one after the other use the connections that are there", async () => {
    const deployment = target();
    await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    const before = lambda.endpoint.connections;
    for (let n = 0; n < 20; n++) await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    // The next may come before the last byte of the one before it.
    expect(lambda.endpoint.connections - before).toBeLessThan(5);
  });

  test("a run that is cancelled while its function is still made never begins", async () => {
    lambda.endpoint.behaviour.looksUntilSettled = 1_000_000;
    const end = runToEnd(lambda.driver, target(), "mark", { executionId: "exec_early" });
    await vi.waitUntil(() => asked("GetFunction") > 1);
    lambda.driver.cancel("exec_early");
    expect(await end).toMatchObject({ state: "cancelled" });
    lambda.endpoint.behaviour.looksUntilSettled = 0;
    expect(asked(INVOKE)).toBe(0);
  });

  test("functions that nothing needs any more are removed, by any server, once they are old", async () => {
    const [one, two] = [
      aMarkedTarget({ ...runtime, concurrency: 1 }),
      aMarkedTarget({ ...runtime, concurrency: 2 }),
    ];
    for (const deployment of [one, two]) await returnedBy(runToEnd(lambda.driver, deployment, "mark"));
    const names = lambda.endpoint.functions.map(({ name }) => name);
    expect(await lambda.driver.removeUnneeded([one])).toEqual([]);
    for (const name of names) lambda.endpoint.change(name, { LastModified: "2020-01-01T00:00:00.000+0000" });
    const another = lambda.openAnother();
    // It does not know yet what there must be.
    expect(await another.removeUnneeded([])).toEqual([]);
    await returnedBy(runToEnd(another, one, "mark"));
    expect(await another.removeUnneeded([one])).toEqual([names[1]]);
    expect(await lambda.driver.removeUnneeded([one])).toEqual([]);
    // The one that removed nothing still thinks that it is there.
    expect(await returnedBy(runToEnd(lambda.driver, two, "mark"))).toEqual(expect.any(Number));
  });
});
