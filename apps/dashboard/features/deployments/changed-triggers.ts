import type { Manifest } from "./types.ts";

type Trigger = Manifest["triggers"][number];

export interface ChangedTrigger {
  handlerId: string;
  kind: "added" | "changed" | "removed";
  /** Names of what its code declares otherwise. */
  fields: string[];
}

/** The triggers that two versions do not have in common, by their handlers. */
export function changedTriggers(before: readonly Trigger[], after: readonly Trigger[]): ChangedTrigger[] {
  const [old, current] = [before, after].map((list) => new Map(list.map((one) => [one.handlerId, one])));
  const ids = [...new Set([...old!.keys(), ...current!.keys()])].sort();
  return ids.flatMap((handlerId): ChangedTrigger[] => {
    const [was, is] = [old!.get(handlerId), current!.get(handlerId)];
    if (was === undefined) return [{ handlerId, kind: "added", fields: [] }];
    if (is === undefined) return [{ handlerId, kind: "removed", fields: [] }];
    const names = new Set([...Object.keys(was.input), ...Object.keys(is.input)]);
    const fields = [...names].filter((name) => !isSame(was.input[name], is.input[name]));
    return fields.length === 0 ? [] : [{ handlerId, kind: "changed", fields }];
  });
}

/** Declared values are JSON, in an order that their code gives them. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
