import { FlowwError } from "@floww/contract/errors";

/** A whole number out of an option or an argument. @throws FlowwError INPUT_INVALID with its bounds */
export function readNumber(
  name: string,
  value: string | undefined,
  { min, max, otherwise }: { min: number; max: number; otherwise: number },
): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return number;
  throw new FlowwError("INPUT_INVALID", `${name} is "${value}".`, {
    fix: `Give a whole number from ${min} to ${max}.`,
  });
}
