/**
 * fault: `caller` asked for something wrong and is shown how to ask; `user-code` went wrong in a workflow;
 * `outside` failed somewhere else and may be tried again; `ours` is a defect or an outage of Floww, and is reported.
 */
export interface CatalogueEntry {
  status: number;
  fault: "caller" | "user-code" | "outside" | "ours";
  /** What happened, in general; the thrown message says it with the values. */
  summary: string;
  /** What to do about it. */
  fix: string;
}

export function entry(
  status: number,
  fault: CatalogueEntry["fault"],
  summary: string,
  fix: string,
): CatalogueEntry {
  return { status, fault, summary, fix };
}
