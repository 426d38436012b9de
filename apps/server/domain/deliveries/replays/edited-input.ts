import type { WireEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import { checkManualInput } from "../../triggers/check-manual-input.ts";
import type { Trigger } from "../../triggers/store.ts";

/** A body in the place of the recorded one, put away already when it is big. */
export interface EditedInput {
  bytes: Buffer;
  artifact: string | null;
}

export type GivenInput = { kind: "json"; value: unknown } | { kind: "base64"; value: string };

/** @throws FlowwError BODY_TOO_LARGE */
export async function keepInput(
  artifacts: ArtifactStore,
  namespaceId: string,
  given: GivenInput | undefined,
): Promise<EditedInput | undefined> {
  if (given === undefined) return undefined;
  const bytes =
    given.kind === "json" ? Buffer.from(JSON.stringify(given.value)) : Buffer.from(given.value, "base64");
  if (bytes.byteLength > limits.bodyBytesMax)
    throw new FlowwError("BODY_TOO_LARGE", `The input is over ${limits.bodyBytesMax} bytes.`);
  const isBig = bytes.byteLength > limits.inlineBytesMax;
  return { bytes, artifact: isBig ? await artifacts.put(namespaceId, bytes) : null };
}

/** What an event of this kind takes. @throws FlowwError INPUT_INVALID */
export function checkEdited({ type }: WireEventHead, trigger: Trigger, { bytes }: EditedInput): void {
  if (type === "cron")
    throw new FlowwError("INPUT_INVALID", "A tick has no input that could be another one.");
  if (type === "batch")
    throw new FlowwError("INPUT_INVALID", "A batch has as many inputs as events.", {
      fix: "Replay one of its events with another input.",
    });
  if (type === "manual") checkManualInput(trigger, parseJson(bytes));
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", "A manual trigger's input must be JSON.", { cause });
  }
}
