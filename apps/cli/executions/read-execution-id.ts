import { FlowwError } from "@floww/contract/errors";
import { parseId } from "@floww/contract/ids";

/** An execution's id out of an argument. @throws FlowwError INPUT_INVALID */
export function readExecutionId(value: string | undefined): string {
  if (value !== undefined && parseId("execution", value) !== undefined) return value;
  throw new FlowwError("INPUT_INVALID", `"${value}" is no execution's id.`, {
    fix: "`floww executions list` shows them; they begin with exe_.",
  });
}
