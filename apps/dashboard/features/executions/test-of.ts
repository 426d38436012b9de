import type { ExecutionDetail } from "./types.ts";

/** A test of the author's own runner that runs the recorded event through their code. */
export function testOf({ id, handlerId, event, input, status, answer, output }: ExecutionDetail): string {
  const recorded = JSON.stringify({ handlerId, event, input }, undefined, 2);
  const expected =
    status === "completed" && answer !== undefined && output?.kind === "json"
      ? `  assert.equal(result.success, true);\n  assert.deepEqual(result.response?.body, ${JSON.stringify(output.value)});`
      : `  assert.equal(result.success, ${status === "completed"});`;
  return `import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "floww/testing";
import "./main.ts";

// Recorded as ${id}.
test(${JSON.stringify(`${handlerId} answers as it did`)}, async () => {
  const result = await replay(${recorded.replaceAll("\n", "\n  ")});
${expected}
});
`;
}
