import { isDeepStrictEqual } from "node:util";

/** A policy of IAM's, as it is written down. */
export interface PolicyDocument {
  Version: "2012-10-17";
  Statement: PolicyStatement[];
}

export interface PolicyStatement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | Record<string, string | string[]>;
  Action: string | string[];
  Resource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** Whether what is there means what is wanted, or that with denials besides. */
export function isSamePolicy(wanted: PolicyDocument, found: PolicyDocument | undefined): boolean {
  return (
    found !== undefined &&
    isDeepStrictEqual(normalPolicy(withForeignDenials(wanted, found)), normalPolicy(found))
  );
}

/** Services give a policy back in words of their own: in another order, one thing without its list, a truth as text. */
function normalPolicy(document: unknown): unknown {
  const { Version, Statement } = document as { Version?: unknown; Statement?: unknown };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]).map((statement: object) =>
    normal(statement),
  );
  return { Version, Statement: sorted(statements) };
}

/**
 * What is put when `found` is there: the wanted policy, and what somebody else denies besides. All else that was added goes,
 * for what a policy does not allow is what it is for.
 */
export function withForeignDenials(
  wanted: PolicyDocument,
  found: PolicyDocument | undefined,
): PolicyDocument {
  const ours = new Set(wanted.Statement.map(({ Sid }) => Sid));
  const denials = (found?.Statement ?? []).filter(({ Sid, Effect }) => Effect === "Deny" && !ours.has(Sid));
  return { ...wanted, Statement: [...wanted.Statement, ...denials] };
}

/** What cannot be read as a policy is as good as none, and is written over. */
export function parsePolicy(text: string | undefined): PolicyDocument | undefined {
  try {
    const { Version, Statement } = JSON.parse(text ?? "") as PolicyDocument;
    // One statement may stand without its list.
    return { Version, Statement: Array.isArray(Statement) ? Statement : [Statement] };
  } catch {
    return undefined;
  }
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return sorted(value.map(normal));
  if (value === null || typeof value !== "object") return String(value);
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]): [string, unknown] => [key, isLeaf(key, part) ? [normal(part)] : normal(part)])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

const SINGLE = new Set(["Sid", "Effect"]);

function isLeaf(key: string, value: unknown): boolean {
  return !SINGLE.has(key) && (typeof value !== "object" || value === null);
}

function sorted(values: unknown[]): unknown[] {
  return values
    .map((value) => ({ value, text: JSON.stringify(value) }))
    .sort((one, other) => (one.text < other.text ? -1 : 1))
    .map(({ value }) => value);
}
