import { describe, expect, test } from "vitest";
import { INTERRUPTIONS_MAX } from "../../apps/server/domain/executions/decide-end.ts";
import type { AnsweredRecord, EventKind, SinkRecord } from "../ledger/records.ts";
import { check, type Evidence } from "./check.ts";
import { checkSteps } from "./check-steps.ts";
import type { RecordedExecution } from "./recorded-execution.ts";

function sent(kind: EventKind = "ack") {
  return { type: "sent", id: "event", kind, copy: 1, atMs: 0 } as const;
}

function answered(more: Partial<AnsweredRecord> = {}): AnsweredRecord {
  return {
    type: "answered",
    id: "event",
    kind: "ack",
    copy: 1,
    atMs: 1,
    status: 202,
    execution: "exe",
    ...more,
  };
}

function effect(more: Partial<SinkRecord> = {}): SinkRecord {
  return { type: "effect", id: "event", execution: "exe", attempt: 1, version: "1", atMs: 2, ...more };
}

function execution(more: Partial<RecordedExecution> = {}): RecordedExecution {
  return { id: "exe", status: "completed", attempt: 1, createdMs: 1, finishedMs: 3, ...more };
}

const FINE: Evidence = {
  ledger: [sent(), answered()],
  sink: [effect()],
  executions: [execution()],
  foreign: [],
};

function words(more: Partial<Evidence>): string[] {
  return check({ ...FINE, ...more }).map(({ word }) => word);
}

describe("the checker", () => {
  test("says nothing when all is well", () => {
    expect(words({})).toEqual([]);
    const retried = {
      sink: [effect(), effect({ attempt: 2 })],
      executions: [execution({ attempt: 2, answeredBy: 2 })],
    };
    expect(words(retried)).toEqual([]);
    const unanswered = {
      ledger: [sent(), { ...answered({ status: 0 }), execution: undefined as never }],
      sink: [],
      executions: [],
    };
    expect(words(unanswered)).toEqual([]);
    const everyTime = execution({ status: "interrupted", attempt: INTERRUPTIONS_MAX });
    expect(words({ sink: [], executions: [everyTime] })).toEqual([]);
  });

  test("says lost of an acknowledged event without an execution, or given up by the server", () => {
    expect(words({ sink: [], executions: [] })).toEqual(["lost"]);
    for (const status of ["failed", "interrupted"])
      expect(words({ sink: [], executions: [execution({ status })] })).toEqual(["lost"]);
  });

  test("says phantom of what nobody sent, and of what another tenant sees", () => {
    expect(
      words({
        sink: [effect(), effect({ id: "other", execution: "exe2" })],
        executions: [execution(), execution({ id: "exe2" })],
      }),
    ).toEqual(["phantom"]);
    expect(
      words({
        executions: [execution(), execution({ id: "exe2", about: "other", status: "interrupted" })],
      }),
    ).toEqual(["phantom"]);
    expect(words({ foreign: [execution()] })).toEqual(["phantom"]);
    const told = (id: string) => ({
      sink: [effect(), effect({ id: `told-${id}`, execution: "exe2" })],
      executions: [execution(), execution({ id: "exe2" })],
    });
    expect([words(told("event")), words(told("other"))]).toEqual([[], ["phantom"]]);
    const twice = (status: string) => ({
      sink: [effect(), effect({ id: "told-event", execution: "exe3" })],
      executions: [
        execution(),
        execution({ id: "exe2", status, about: "told-event" }),
        execution({ id: "exe3", about: "told-event" }),
      ],
    });
    expect(words(twice("failed"))).toEqual([]);
    expect(words(twice("completed"))).toContain("doubled");
  });

  test("says doubled of a second effect without a retry mark, and of a second execution", () => {
    expect(words({ sink: [effect(), effect()] })).toEqual(["doubled"]);
    expect(words({ sink: [effect(), effect({ attempt: 2 })] })).toContain("doubled");
    const twin = execution({ id: "exe2", about: "event" });
    const twins = { sink: [effect(), effect({ execution: "exe2" })] };
    expect(words({ ...twins, executions: [execution(), twin] })).toEqual(["doubled"]);
    const failed = execution({ status: "interrupted", attempt: INTERRUPTIONS_MAX, about: "event" });
    expect(words({ ...twins, executions: [failed, { ...twin, replayOf: "exe" }] })).toEqual([]);
  });

  test("says stuck of what has not ended", () => {
    for (const status of ["received", "waiting", "started"])
      expect(words({ executions: [execution({ status })] })).toEqual(["stuck"]);
  });

  test("says lying where answer, record and outside disagree", () => {
    const handler = answered({ kind: "handler", status: 200, about: "event" });
    expect(words({ ledger: [sent("handler"), handler] })).toEqual([]);
    expect(words({ ledger: [sent("handler"), { ...handler, about: "another" }] })).toEqual(["lying"]);
    expect(
      words({ ledger: [sent("handler"), handler], executions: [execution({ status: "failed" })] }),
    ).toEqual(["lying"]);
    expect(words({ ledger: [sent(), answered({ status: 503, code: "INTERRUPTED" })] })).toEqual(["lying"]);
    expect(words({ sink: [] })).toEqual(["lying"]);
    expect(words({ sink: [effect({ attempt: 2 })] })).toEqual(["lying"]);
    expect(words({ sink: [effect({ atMs: 5_000 })] })).toEqual(["lying"]);
    expect(words({ executions: [execution({ attempt: 2, answeredBy: 1 })] })).toEqual(["lying"]);
  });
});

describe("the checker of steps", () => {
  const step = (gives: string, more: Partial<SinkRecord> = {}) =>
    effect({ type: "step", step: 0, gives, given: [], ...more });
  const after = (given: string, more: Partial<SinkRecord> = {}) =>
    effect({ type: "before", step: 1, given: [given], ...more });
  const said = (...sink: SinkRecord[]) => checkSteps(sink).map(({ word }) => word);

  test("takes a step that ran again before it was recorded", () => {
    expect(said(step("a"), step("b", { attempt: 2 }), after("b", { attempt: 2 }))).toEqual([]);
    expect(said(step("a"), step("b", { attempt: 2 }), after("a", { attempt: 2 }))).toEqual([]);
  });

  test("says doubled of two results, and of a step that runs again after it was recorded", () => {
    const twice = [step("a"), step("b", { attempt: 2 })];
    expect(said(...twice, after("a"), after("b", { attempt: 2 }))).toEqual(["doubled"]);
    expect(said(step("a"), after("a"), step("b", { attempt: 2 }))).toEqual(["doubled"]);
  });

  test("says phantom of a result that no run of the step gave", () => {
    expect(said(step("a"), after("c"))).toEqual(["phantom"]);
  });
});
