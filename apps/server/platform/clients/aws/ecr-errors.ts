import { ECRServiceException, InvalidLayerPartException } from "@aws-sdk/client-ecr";
import { FlowwError } from "@floww/contract/errors";

/** By name, as the service sends it. */
export function isEcrError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** How far ECR says that it is, when a part did not begin there. */
export function lastValidByteOf(error: unknown): number | undefined {
  return error instanceof InvalidLayerPartException ? error.lastValidByteReceived : undefined;
}

const THROTTLED = /Throttl|TooManyRequests|LimitExceeded|RequestTimeout/;

/** What may be tried again is told as such: an answer that never came, 5xx, too much at once. Anything else stays as it is. */
export function explainOutage(error: unknown): never {
  const isAnswer = error instanceof ECRServiceException;
  const isNetwork = !isAnswer && (error as { code?: unknown }).code !== undefined;
  const isOutage = isAnswer && (error.$fault === "server" || THROTTLED.test(error.name));
  if (!isNetwork && !isOutage) throw error;
  const message = isAnswer ? `Amazon ECR answered ${error.name}.` : "Amazon ECR could not be reached.";
  throw new FlowwError("REGISTRY_STORE_UNAVAILABLE", message, { cause: error });
}
