import { FlowwError } from "@floww/contract/errors";
import { explainAccount, isConflict } from "../../platform/clients/aws/account/account-errors.ts";
import type { Account } from "../../platform/clients/aws/account/open-account.ts";
import type { AccountResource } from "../../platform/clients/aws/account/resource.ts";
import { type LookedAt, lookAt, type PlannedResource, planAccount, remember } from "./plan-account.ts";

export interface ApplyOptions {
  /** Between two looks at what AWS has not yet seen itself. */
  pause(ms: number): Promise<void>;
  onDone?(done: PlannedResource): void;
}

/** AWS's control planes take seconds to agree with themselves; somebody else who is setting up takes no longer. */
const LOOKS_MAX = 12;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Brings the account to what is described: each resource is looked at and one thing done about it, until nothing differs. So a
 * run that dies goes on at the next, and two at once end the same. Nothing is begun while anything is in the way.
 * Resolves with what `${Id}` of every resource came to.
 *
 * @throws FlowwError as planAccount
 */
export async function applyAccount(
  account: Account,
  resources: readonly AccountResource[],
  options: ApplyOptions,
): Promise<ReadonlyMap<string, string>> {
  await planAccount(account, resources);
  const known = new Map(account.values);
  for (const resource of resources) {
    const { found, done } = await ensure(account, resource, known, options);
    remember(known, resource.id, found);
    options.onDone?.(done);
  }
  return known;
}

async function ensure(
  account: Account,
  described: AccountResource,
  known: ReadonlyMap<string, string>,
  { pause }: ApplyOptions,
): Promise<{ found: NonNullable<LookedAt["found"]>; done: PlannedResource }> {
  let isCreated = false;
  const changed = new Set<string>();
  for (let look = 0, pauseMs = FIRST_PAUSE_MS; look < LOOKS_MAX; look++) {
    const looked = await lookAt(account, described, known);
    const { resource, kind, found, differs } = looked;
    if (found !== undefined && differs.length === 0) {
      await kind.settle?.(found);
      const action = isCreated ? "create" : changed.size > 0 ? "change" : "keep";
      return { found, done: { resource, action, differs: isCreated ? [] : [...changed] } };
    }
    const isNew = found === undefined && !isCreated;
    const isDone = await proceed(looked, isCreated);
    if (isDone && isNew) isCreated = true;
    for (const name of isDone ? differs : []) changed.add(name);
    // What was just done may not be seen at once; the first look is taken at once all the same.
    if (isDone && look === 0) continue;
    await pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
  throw new FlowwError("ACCOUNT_UNAVAILABLE", `AWS does not show ${described.name} as it was told to be.`);
}

/** False: somebody else did something to it at the same moment. */
async function proceed(
  { resource, kind, wanted, found, differs }: LookedAt,
  isCreated: boolean,
): Promise<boolean> {
  try {
    if (found === undefined) {
      // Made, and not seen yet.
      if (!isCreated) await kind.create(wanted);
      return true;
    }
    for (const name of differs) await kind.change[name]?.(wanted, found);
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    return explainAccount(error, `Setting up ${resource.name}`);
  }
}
