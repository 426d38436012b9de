import { InvalidLayerPartException } from "@aws-sdk/client-ecr";
import { FlowwError } from "@floww/contract/errors";
import { describeOutage } from "./aws-outage.ts";

/** By name, as the service sends it. */
export function isEcrError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** How far ECR says that it is, when a part did not begin there. */
export function lastValidByteOf(error: unknown): number | undefined {
  return error instanceof InvalidLayerPartException ? error.lastValidByteReceived : undefined;
}

/** What may be tried again is told as such; anything else stays as it is. */
export function explainOutage(error: unknown): never {
  const outage = describeOutage(error, "Amazon ECR");
  if (outage === undefined) throw error;
  throw new FlowwError("REGISTRY_STORE_UNAVAILABLE", outage, { cause: error });
}
