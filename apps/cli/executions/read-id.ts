import { FlowwError } from "@floww/contract/errors";
import { idPrefixes, parseId } from "@floww/contract/ids";

const LISTED_BY = {
  execution: "executions list",
  delivery: "deliveries list",
  replay: "replays list",
  wait: "approvals list",
} as const;

/** The id of something recorded, out of an argument. @throws FlowwError INPUT_INVALID */
export function readId(kind: keyof typeof LISTED_BY, value: string | undefined): string {
  if (value !== undefined && parseId(kind, value) !== undefined) return value;
  throw new FlowwError("INPUT_INVALID", `"${value}" is no ${kind}'s id.`, {
    fix: `\`floww ${LISTED_BY[kind]}\` shows them; they begin with ${idPrefixes[kind]}_.`,
  });
}
