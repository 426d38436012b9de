import { FlowwError } from "@floww/contract/errors";
import { idPrefixes, parseId } from "@floww/contract/ids";

/** The id of something recorded, out of an argument. @throws FlowwError INPUT_INVALID */
export function readId(kind: "execution" | "delivery", value: string | undefined): string {
  if (value !== undefined && parseId(kind, value) !== undefined) return value;
  const list = kind === "execution" ? "executions" : "deliveries";
  throw new FlowwError("INPUT_INVALID", `"${value}" is no ${kind}'s id.`, {
    fix: `\`floww ${list} list\` shows them; they begin with ${idPrefixes[kind]}_.`,
  });
}
