import type { ExecutionScope } from "@floww/contract/abi";
import { describe, expect, test } from "vitest";
import { createRunContext } from "./context.ts";

function aScope() {
  const lines: string[] = [];
  const answers: unknown[] = [];
  const scope: ExecutionScope = {
    executionId: "exe_1",
    workflowId: "wf_1",
    deploymentId: "dep_1",
    attempt: 2,
    signal: new AbortController().signal,
    log: (level, text) => void lines.push(`${level} ${text}`),
    respond: async (value) => void answers.push(value),
  };
  return { scope, lines, answers };
}

describe("a handler's context", () => {
  test("gives parts that work on their own, as authors take them out of it", async () => {
    const { scope, lines, answers } = aScope();
    const { logger, respond, execution, attempt, signal, step } = createRunContext(scope).context;
    const { info } = logger;
    info("said %s", 1);
    await respond({ ok: true });
    expect(lines).toEqual(["info said %s 1"]);
    expect(answers).toEqual([{ ok: true }]);
    expect(execution).toEqual({ id: "exe_1", workflowId: "wf_1", deploymentId: "dep_1" });
    expect([attempt, signal, typeof step]).toEqual([2, scope.signal, "function"]);
  });

  test("has no accessors of its own: each event's would be a hidden class, and keep the event until a full collection", () => {
    const own = Object.values(Object.getOwnPropertyDescriptors(createRunContext(aScope().scope).context));
    expect(own.filter(({ get }) => get !== undefined)).toEqual([]);
  });
});
