import type { SourceLocation } from "@floww/contract/abi";

/**
 * Gives a declaration its `source`: where `entry` was called. It is found out when somebody reads it: that decodes the
 * bundle's source map, which takes longer than all else at a cold start, and only who enumerates asks.
 */
export function withSource<T extends { source?: SourceLocation }>(
  declared: T,
  entry: (...args: never[]) => unknown,
): T {
  return Object.defineProperty(declared, "source", { enumerable: true, get: capturePlace(entry) });
}

/**
 * Where `entry` was called: the author's line. Needs source maps on to name the author's file; undefined when unknown. It is
 * found out later: to remember the place costs little, to name it much.
 */
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
