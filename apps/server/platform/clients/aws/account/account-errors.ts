import { FlowwError } from "@floww/contract/errors";
import { describeOutage } from "../aws-outage.ts";

/** Somebody else made or changed it at the same moment, or AWS has not yet seen what it was told: look again. */
const CONFLICT = new Set([
  "EntityAlreadyExists",
  "EntityAlreadyExistsException",
  "ConcurrentModification",
  "ConcurrentModificationException",
  "BucketAlreadyOwnedByYou",
  "OperationAborted",
  "AlreadyExistsException",
  "ResourceAlreadyExistsException",
  "RepositoryAlreadyExistsException",
]);

export function isConflict(error: unknown): boolean {
  return error instanceof Error && CONFLICT.has(error.name);
}

/** By name, as the service sends it. */
export function isAwsError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** For `.catch`: nothing is there. */
export function undefinedIf(...names: string[]): (error: unknown) => undefined {
  return (error) => {
    if (isAwsError(error, ...names)) return undefined;
    throw error;
  };
}

/** @throws FlowwError ACCOUNT_UNAVAILABLE, ACCOUNT_REFUSED; what is not AWS's stays as it is */
export function explainAccount(error: unknown, what: string): never {
  if (!(error instanceof Error) || error instanceof FlowwError) throw error;
  if (error.name === "CredentialsProviderError")
    throw new FlowwError("ACCOUNT_REFUSED", "There are no credentials of AWS's.", {
      cause: error,
      fix: "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, to somebody who may set the account up.",
    });
  const outage = describeOutage(error, "AWS");
  if (outage !== undefined)
    throw new FlowwError("ACCOUNT_UNAVAILABLE", `${what}: ${outage}`, { cause: error });
  if ((error as { $fault?: unknown }).$fault === undefined) throw error;
  throw new FlowwError("ACCOUNT_REFUSED", `${what}: AWS answered ${error.name}: ${error.message}`, {
    cause: error,
  });
}
