import { FlowwError } from "@floww/contract/errors";
import { expect } from "vitest";
import { lineOf } from "../build-workflow.ts";
import { answerOf, endOf } from "../expect-end.ts";
import type { Behaviour, RuntimeUnderTest } from "../transport.ts";

const behaviour = (
  name: string,
  workflow: string,
  check: (runtime: RuntimeUnderTest) => Promise<void>,
): Behaviour => ({ name, workflow, check, needs: ["load"] });

async function refusalOf(runtime: RuntimeUnderTest): Promise<FlowwError> {
  const thrown = await runtime.load().catch((error: unknown) => error);
  if (thrown instanceof FlowwError) return thrown;
  throw new TypeError(`The bundle was not refused: ${JSON.stringify(thrown)}`);
}

/** Importing a bundle, and what its top level may do. */
export const loading: readonly Behaviour[] = [
  behaviour("a manifest names the author's files and lines", "equal-ids-apart", async (runtime) => {
    const { triggers } = (await runtime.load()) as { triggers: { handlerId: string; source: object }[] };
    expect(triggers).toMatchObject([
      {
        handlerId: "mine",
        source: { file: "equal-ids-apart.ts", line: await lineOf("equal-ids-apart", "first") },
      },
      { handlerId: "builtin.onManual:b", source: { file: "equal-ids-apart.ts" } },
    ]);
  }),
  behaviour("top-level code that throws is refused with its line", "throws-at-top", async (runtime) => {
    const refusal = await refusalOf(runtime);
    expect(refusal.code).toBe("IMPORT_FAILED");
    const line = await lineOf("throws-at-top", "top");
    expect(refusal.message).toBe(`TypeError: not today (throws-at-top.ts:${line})`);
    expect(refusal.details).toMatchObject({ source: { file: "throws-at-top.ts", line } });
  }),
  behaviour("top-level code that waits forever is refused in time", "waits-at-top", async (runtime) => {
    expect((await refusalOf(runtime)).code).toBe("ENUMERATE_TIMEOUT");
    await runtime.closed;
  }),
  behaviour("top-level code that blocks is refused in time", "blocks-at-top", async (runtime) => {
    expect((await refusalOf(runtime)).code).toBe("ENUMERATE_TIMEOUT");
    await runtime.closed;
  }),
  behaviour("a workflow without triggers is refused", "no-triggers", async (runtime) => {
    expect((await refusalOf(runtime)).code).toBe("NO_TRIGGERS");
  }),
  behaviour("two equal webhooks are refused with both places", "equal-webhooks", async (runtime) => {
    const refusal = await refusalOf(runtime);
    expect(refusal.code).toBe("TRIGGER_TAKEN");
    for (const mark of ["first", "second"])
      expect(refusal.message).toContain(`equal-webhooks.ts:${await lineOf("equal-webhooks", mark)}`);
  }),
  behaviour(
    "two webhooks with ids of their own and one address are refused",
    "shared-address",
    async (runtime) => {
      const refusal = await refusalOf(runtime);
      expect(refusal.code).toBe("TRIGGER_TAKEN");
      for (const mark of ["first", "second"])
        expect(refusal.message).toContain(`shared-address.ts:${await lineOf("shared-address", mark)}`);
    },
  ),
  behaviour("two equal explicit ids are refused with both places", "equal-ids", async (runtime) => {
    const refusal = await refusalOf(runtime);
    expect(refusal.code).toBe("HANDLER_ID_TAKEN");
    for (const mark of ["first", "second"])
      expect(refusal.message).toContain(`equal-ids.ts:${await lineOf("equal-ids", mark)}`);
  }),
  {
    name: "process.env holds the workflow's variables and nothing else; the top level ran once",
    workflow: "environment",
    check: async (runtime) => {
      const first = JSON.parse(answerOf(await endOf(runtime, "env")).text);
      expect(first).toMatchObject({ env: { GREETING: "hello" }, loads: 1 });
      expect(Object.keys(first.env)).toEqual(["GREETING"]);
      expect(JSON.parse(answerOf(await endOf(runtime, "env")).text)).toEqual(first);
    },
  },
];
