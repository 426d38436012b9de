import { FlowwError } from "@floww/contract/errors";

/** One of a few words out of an option. @throws FlowwError INPUT_INVALID */
export function readEnum<Word extends string>(
  name: string,
  value: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new FlowwError("INPUT_INVALID", `There is no ${name} "${value}".`, {
    fix: `Use one of: ${words.join(", ")}.`,
  });
}
