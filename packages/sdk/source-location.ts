import type { SourceLocation } from "@floww/contract/abi";

/** Where `entry` was called: the author's line. Needs source maps on to name the author's file; undefined when unknown. */
export function callerLocation(entry: (...args: never[]) => unknown): SourceLocation | undefined {
  return capturePlace(entry)();
}

/** The same, found out later: to remember the place costs little, to name it much. */
export function capturePlace(entry: (...args: never[]) => unknown): () => SourceLocation | undefined {
  const holder: { stack?: string } = {};
  (Error as { captureStackTrace?: (target: object, below: unknown) => void }).captureStackTrace?.(
    holder,
    entry,
  );
  return () => placeIn(holder.stack);
}

function placeIn(stack: string | undefined): SourceLocation | undefined {
  const line = stack?.split("\n").find((text) => text.startsWith("    at "));
  const match = line?.match(/\(?([^()\s][^()]*?):(\d+):(\d+)\)?$/);
  if (match === null || match === undefined) return undefined;
  const file = match[1]!.replace(/^at /, "").replace(/^file:\/\//, "");
  return { file, line: Number(match[2]), column: Number(match[3]) };
}
