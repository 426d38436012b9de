import { bundleAbi, type WireEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { assignHandlerIds } from "@floww/contract/handler-id";
import type { TestRun } from "./run-handlers.ts";

/** An execution as the API and `floww executions show <id> --json` give it; only what a replay needs. */
export interface RecordedExecution {
  handlerId: string;
  event: Record<string, unknown>;
  input?: { kind: "json"; value: unknown } | { kind: "text" | "base64"; value: string };
}

/** The recorded event, for the handler that it was for. @throws FlowwError NOT_FOUND */
export function recordedRun({ handlerId, event, input }: RecordedExecution): TestRun {
  const { registrations } = bundleAbi();
  const { ids } = assignHandlerIds(registrations);
  const registration = registrations[ids.indexOf(handlerId)];
  if (registration === undefined) {
    throw new FlowwError("NOT_FOUND", `No handler here has the id "${handlerId}".`, {
      fix: ids.length === 0 ? "Import the workflow in the test." : `There are: ${ids.join(", ")}.`,
    });
  }
  // The server recorded this head when the event came in.
  return { registration, event: { head: event as unknown as WireEventHead, body: bytesOf(input) } };
}

/** JSON comes back as the same value, not as the same bytes: signatures over it no longer hold. */
function bytesOf(input: RecordedExecution["input"]): Uint8Array {
  if (input === undefined) return new Uint8Array(0);
  if (input.kind === "json") return new TextEncoder().encode(JSON.stringify(input.value));
  return new Uint8Array(Buffer.from(input.value, input.kind === "text" ? "utf8" : "base64"));
}
