import { type ErrorRetry, RETRY_SYMBOL } from "@floww/contract/abi";
import type { WireError } from "@floww/contract/frames";
import { asAuthored } from "./bundle-folder.ts";

const MESSAGE_CHARACTERS_MAX = 8_192;
const STACK_CHARACTERS_MAX = 16_384;

/** Whatever was thrown, as text. Reading it runs user code (getters, proxies), so nothing here may throw. */
export function toWireError(thrown: unknown, fallbackCode: string): WireError {
  try {
    if (!(thrown instanceof Error)) {
      return {
        code: fallbackCode,
        name: "Error",
        message: cut(`Thrown: ${describe(thrown)}`, MESSAGE_CHARACTERS_MAX),
      };
    }
    const code = (thrown as { code?: unknown }).code;
    const stack = asAuthored(withCauses(thrown));
    const source = firstAuthorLine(stack);
    return {
      code: isFlowwCode(thrown, code) ? code : fallbackCode,
      name: cut(String(thrown.name), 128),
      // Cut before it is searched: who throws a hundred megabytes would have it searched past the deadline.
      message: asAuthored(cut(String(thrown.message), MESSAGE_CHARACTERS_MAX)),
      stack: cut(stack, STACK_CHARACTERS_MAX),
      ...(source === undefined ? {} : { source }),
      ...retryOf(thrown),
    };
  } catch {
    return { code: fallbackCode, name: "Error", message: "An error that could not be read was thrown." };
  }
}

/** What the error, or the first of its causes that says anything, says about trying again. */
function retryOf(thrown: Error): { retry?: ErrorRetry } {
  let current: unknown = thrown;
  for (let depth = 0; current instanceof Error && depth < 5; depth++) {
    const retry = (current as { [RETRY_SYMBOL]?: unknown })[RETRY_SYMBOL];
    if (retry === false) return { retry };
    if (typeof retry === "object" && retry !== null)
      return { retry: { afterMs: Number((retry as { afterMs?: unknown }).afterMs) } };
    current = current.cause;
  }
  return {};
}

function isFlowwCode(error: Error, code: unknown): code is string {
  return error.name === "FlowwError" && typeof code === "string";
}

function describe(value: unknown): string {
  if (typeof value === "object" && value !== null) return JSON.stringify(value) ?? "an object";
  return String(value);
}

function withCauses(error: Error): string {
  let text = "";
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth < 5; depth++) {
    text += `${depth === 0 ? "" : "\nCaused by: "}${cut(String(current.stack ?? current), STACK_CHARACTERS_MAX)}`;
    current = current.cause;
  }
  return text;
}

/** The first line of the stack that is in the author's code: not in node, not in a dependency, not in our SDK. */
function firstAuthorLine(stack: string): WireError["source"] {
  for (const line of stack.split("\n")) {
    const match = line.match(/^\s+at (?:.*\()?([^()\s][^()]*):(\d+):(\d+)\)?$/);
    if (match === null) continue;
    const file = match[1]!.replace(/^async /, "").replace(/^file:\/\//, "");
    if (file.includes("node_modules/") || file.startsWith("node:") || file === "native") continue;
    if (/packages\/(sdk|executor)\//.test(file) || file.endsWith("/executor.cjs")) continue;
    return { file: cut(file, 1_024), line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters)}…`;
}
