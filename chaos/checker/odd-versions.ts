import type { Evidence } from "./check.ts";

/** A deploy or a rollback: between its two moments either version may be the live one. */
export interface Switch {
  version: string;
  startedMs: number;
  doneMs: number;
}

/** Executions that used two versions, or one that was not live at any moment between the event and its effect. */
export function findOddVersions({ ledger, sink }: Evidence, switches: readonly Switch[]): string[] {
  const sentAt = new Map(
    ledger.map(({ id, atMs, type }) => (type === "sent" ? [id, atMs] : [])) as [string, number][],
  );
  const odd: string[] = [];
  for (const [execution, reports] of Map.groupBy(sink, (report) => report.execution)) {
    const [first, ...others] = reports.map(({ version }) => version);
    if (others.some((version) => version !== first))
      odd.push(`${execution}: ${[first, ...others].join(", ")}`);
    const { id, atMs } = reports.at(-1)!;
    const wasLive = switches.some(({ version, startedMs }, n) => {
      const replacedMs = switches[n + 1]?.doneMs ?? Number.POSITIVE_INFINITY;
      return version === first && startedMs <= atMs && replacedMs >= (sentAt.get(id) ?? atMs);
    });
    if (!wasLive) odd.push(`${execution}: version ${first} was not live`);
  }
  return odd;
}
