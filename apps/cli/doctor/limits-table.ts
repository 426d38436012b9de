import { limits } from "@floww/contract/limits";

const MB = 1024 * 1024;

/** The bounds that a workflow meets, as people say them. */
export function limitRows(): [name: string, value: string][] {
  return Object.entries(limits).map(([name, value]) => [wordsOf(name), amountOf(name, value)]);
}

/** `callerWaitMs` is `caller wait`; the unit stands with the value. */
function wordsOf(name: string): string {
  return name
    .replace(/Ms(Max)?$|Bytes(Max)?$|PerHourMax$|Max$|Days$/, "")
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .concat(Object.hasOwn(limits, name.replace(/Max$/, "")) && name.endsWith("Max") ? ", at most" : "");
}

function amountOf(name: string, value: number): string {
  if (/Ms(Max)?$/.test(name))
    return value < 1000 ? `${value} ms` : value < 60_000 ? `${value / 1000} s` : `${value / 60_000} min`;
  if (name.includes("Bytes")) {
    if (value >= 1024 * MB) return `${value / (1024 * MB)} GB`;
    return value >= MB ? `${value / MB} MB` : `${value / 1024} kB`;
  }
  if (name.endsWith("PerHourMax")) return `${value} an hour`;
  return name.endsWith("Days") ? `${value} days` : String(value);
}
