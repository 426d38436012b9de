import { expect } from "vitest";
import type { RunEnd } from "../host/index.ts";
import type { RuntimeUnderTest, StartOptions } from "./transport.ts";

/** Runs a handler to its end. */
export function endOf(runtime: RuntimeUnderTest, handlerId: string, options?: StartOptions): Promise<RunEnd> {
  return runtime.start(handlerId, options).end;
}

/** The answer of a run that completed with one. */
export function answerOf(end: RunEnd) {
  if (end.state !== "completed" || end.answer === undefined)
    throw new TypeError(`The run ended otherwise: ${JSON.stringify(end)}`);
  const { header, body } = end.answer;
  return { status: header.status, headers: header.headers, body, text: body.toString("utf8") };
}

export function expectFailure(end: RunEnd, code: string) {
  expect(end).toMatchObject({ state: "failed", error: { code } });
  return (end as Extract<RunEnd, { state: "failed" }>).error;
}
