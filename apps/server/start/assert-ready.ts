import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../platform/db/database.ts";

/** Whoever asks has a limit of his own, and a database that says nothing is not there. */
const ANSWER_MS_MAX = 2_000;

/** What must hold, by the word that names it to who asks. @throws FlowwError SERVER_NOT_READY that names each one that does not */
export async function assertAllReady(
  parts: Readonly<Record<string, () => boolean | Promise<boolean>>>,
): Promise<void> {
  const looked = Object.entries(parts).map(async ([name, isReady]) => ((await isReady()) ? [] : [name]));
  const notReady = (await Promise.all(looked)).flat();
  if (notReady.length === 0) return;
  throw new FlowwError("SERVER_NOT_READY", `Not ready: ${notReady.join(", ")}.`, { details: { notReady } });
}

export async function isAnswering(database: Queryable): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ANSWER_MS_MAX);
  const answered = database.query("select 1").then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
