import { FlowwError } from "@floww/contract/errors";
import { describeOutage } from "./aws-outage.ts";

/** By name, as the service sends it. */
export function isS3Error(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Not there, or only below a deletion. A missing bucket is something else. */
export function isMissing(error: unknown): boolean {
  return isS3Error(error, "NoSuchKey", "NotFound", "NoSuchVersion");
}

/** What may be tried again is told as such, what S3 refuses as that; anything else stays as it is. */
export function explainArtifacts(error: unknown): never {
  const outage = describeOutage(error, "Amazon S3");
  if (outage !== undefined) throw new FlowwError("ARTIFACTS_UNAVAILABLE", outage, { cause: error });
  if ((error as { $fault?: unknown }).$fault === undefined) throw error;
  const { name } = error as Error;
  throw new FlowwError("ARTIFACTS_REFUSED", `Amazon S3 answered ${name}.`, { cause: error });
}
