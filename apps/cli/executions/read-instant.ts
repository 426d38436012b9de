import { FlowwError } from "@floww/contract/errors";

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 60 * 60_000,
  d: 24 * 60 * 60_000,
};

/** `1h`, `30m`, `2d` ago, or an instant: `2026-11-22`, `2026-11-22T17:00:00Z`. @throws FlowwError INPUT_INVALID */
export function readInstant(name: string, value: string | undefined, nowMs: number): string | undefined {
  if (value === undefined) return undefined;
  const [, amount = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  const ms = amount === "" ? Date.parse(value) : nowMs - Number(amount) * (UNITS[unit] ?? 0);
  if (Number.isFinite(ms)) return new Date(ms).toISOString();
  throw new FlowwError("INPUT_INVALID", `${name} is "${value}".`, {
    fix: "Give an age like 30m, 1h or 2d, or an instant like 2026-11-22T17:00:00Z.",
  });
}
