import { FlowwError } from "@floww/contract/errors";

/** As deep as a value of a run may be: what is deeper would end the stack of whoever goes through it. */
const DEPTH_MAX = 200;

/** @throws FlowwError BODY_NOT_JSON */
export function parseJson(bytes: Buffer): unknown {
  const value = parse(bytes.toString("utf8"));
  if (!isWithin(value, DEPTH_MAX))
    throw new FlowwError("BODY_NOT_JSON", `The body is nested more than ${DEPTH_MAX} levels deep.`);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FlowwError("BODY_NOT_JSON", undefined, { cause });
  }
}

/** Level by level, since it is asked of values that are too deep to call oneself for. */
function isWithin(value: unknown, depthMax: number): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === depthMax) return false;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return true;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
