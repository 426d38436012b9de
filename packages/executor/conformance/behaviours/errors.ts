import { expect } from "vitest";
import { lineOf } from "../build-workflow.ts";
import { endOf, expectFailure } from "../expect-end.ts";
import type { Behaviour, RuntimeUnderTest } from "../transport.ts";

const behaviour = (name: string, check: (runtime: RuntimeUnderTest) => Promise<void>): Behaviour => ({
  name,
  workflow: "errors",
  check,
});

/** What a handler throws, and what is said about it. */
export const errors: readonly Behaviour[] = [
  behaviour("a thrown Error names the author's file and line", async (runtime) => {
    const error = expectFailure(await endOf(runtime, "throws"), "USER_ERROR");
    expect(error).toMatchObject({ name: "TypeError", message: "no such order" });
    expect(error.source).toMatchObject({ file: "errors.ts", line: await lineOf("errors", "thrown here") });
    expect(error.stack).toContain("(errors.ts:");
    expect(error.stack).not.toMatch(/floww-bundle|main\.mjs/);
  }),
  behaviour("an error after an await keeps its line, and its cause is told", async (runtime) => {
    const error = expectFailure(await endOf(runtime, "throws-deep"), "USER_ERROR");
    expect(error.source).toMatchObject({ file: "errors.ts", line: await lineOf("errors", "outer") });
    expect(error.stack).toContain("Caused by: SyntaxError");
    expect(error.stack).toContain(`errors.ts:${await lineOf("errors", "cause")}:`);
  }),
  behaviour("what is thrown and is no Error is told as it is", async (runtime) => {
    expect(expectFailure(await endOf(runtime, "throws-text"), "USER_ERROR").message).toBe(
      "Thrown: just text",
    );
    expect(expectFailure(await endOf(runtime, "throws-nothing"), "USER_ERROR").message).toBe(
      "Thrown: undefined",
    );
    expectFailure(await endOf(runtime, "throws-bigint"), "USER_ERROR");
  }),
  behaviour("a thrown proxy or getter that throws when looked at fails its run only", async (runtime) => {
    for (const handler of ["throws-proxy", "throws-getter", "throws-revoked"]) {
      expectFailure(await endOf(runtime, handler), "USER_ERROR");
    }
    expectFailure(await endOf(runtime, "throws"), "USER_ERROR");
  }),
  behaviour(
    "an error's text is cut to what can be kept, before anybody looks through it",
    async (runtime) => {
      const error = expectFailure(await endOf(runtime, "throws-long", { timeoutMs: 3_000 }), "USER_ERROR");
      expect(error.message.length).toBeLessThan(10_000);
      expect(error.stack!.length).toBeLessThan(20_000);
    },
  ),
  behaviour("a thrown answer with a status that is none is refused", async (runtime) => {
    expectFailure(await endOf(runtime, "fake-status"), "ANSWER_INVALID");
  }),
  behaviour("a handler that the bundle does not have is named", async (runtime) => {
    const error = expectFailure(await endOf(runtime, "nobody"), "NOT_FOUND");
    expect(error.message).toContain('"nobody"');
  }),
];
