import { FlowwError } from "@floww/contract/errors";

const KEY_CONSTRAINT = /_key$/;
const FOREIGN_KEY_VIOLATION = "23503";

/**
 * A write whose key was rotated away between its being sealed and its being written: the database refuses it, and sealed
 * again it goes. @throws FlowwError CONFLICT_RETRY
 */
export async function sealedUnderLiveKey<T>(write: Promise<T>): Promise<T> {
  return write.catch((error: unknown) => {
    const { code, constraint = "" } = error as { code?: unknown; constraint?: string };
    if (code !== FOREIGN_KEY_VIOLATION || !KEY_CONSTRAINT.test(constraint)) throw error;
    throw new FlowwError("CONFLICT_RETRY", undefined, { cause: error });
  });
}
