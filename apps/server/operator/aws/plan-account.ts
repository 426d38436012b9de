import { isDeepStrictEqual } from "node:util";
import { FlowwError } from "@floww/contract/errors";
import { explainAccount } from "../../platform/clients/aws/account/account-errors.ts";
import type { Account } from "../../platform/clients/aws/account/open-account.ts";
import { isSamePolicy, type PolicyDocument } from "../../platform/clients/aws/account/policy-document.ts";
import type {
  AccountResource,
  FoundResource,
  ResourceKind,
} from "../../platform/clients/aws/account/resource.ts";
import { resolveReferences } from "./references.ts";

/** What is to be done about a resource: nothing when it is there and no property differs. */
export interface PlannedResource {
  resource: AccountResource;
  action: "create" | "change" | "keep";
  /** That differ; empty unless it is a change. */
  differs: readonly string[];
}

/** Properties of one type, seen by code that treats all types alike. */
export type AnyKind = ResourceKind<Record<string, unknown>>;

export interface LookedAt {
  resource: AccountResource;
  kind: AnyKind;
  wanted: Record<string, unknown>;
  found: FoundResource<Record<string, unknown>> | undefined;
  differs: readonly string[];
}

/**
 * Looks at everything and changes nothing.
 * @throws FlowwError ACCOUNT_RESOURCE_FOREIGN, ACCOUNT_RESOURCE_UNFIT, ACCOUNT_REFUSED, ACCOUNT_UNAVAILABLE
 */
export async function planAccount(
  account: Account,
  resources: readonly AccountResource[],
): Promise<PlannedResource[]> {
  const known = new Map(account.values);
  const planned: PlannedResource[] = [];
  for (const each of resources) {
    const { resource, found, differs } = await lookAt(account, each, known);
    if (found !== undefined) remember(known, each.id, found);
    const action = found === undefined ? "create" : differs.length > 0 ? "change" : "keep";
    planned.push({ resource, action, differs });
  }
  return planned;
}

/** @throws FlowwError as planAccount */
export async function lookAt(
  { kinds }: Account,
  described: AccountResource,
  known: ReadonlyMap<string, string>,
): Promise<LookedAt> {
  const resource = resolveReferences(described, known);
  // A resource's type and its kind's are one: the table of kinds says so, and TypeScript cannot follow it.
  const kind = kinds[resource.type] as unknown as AnyKind;
  const wanted = resource.properties as unknown as Record<string, unknown>;
  const found = await kind
    .find(resource.name, wanted)
    .catch((error: unknown) => explainAccount(error, `Looking at ${resource.name}`));
  if (found !== undefined) refuseUnfit(resource, found);
  const differs =
    found === undefined
      ? []
      : Object.keys(kind.change).filter((name) => !isEqual(name, wanted[name], found.properties[name]));
  return { resource, kind, wanted, found, differs };
}

export function remember(
  known: Map<string, string>,
  id: string,
  { ref, arn }: { ref: string; arn: string },
): void {
  known.set(id, ref).set(`${id}.Arn`, arn);
}

function refuseUnfit(
  { name, type }: AccountResource,
  { isOurs, problems }: { isOurs: boolean; problems: readonly string[] },
): void {
  if (!isOurs)
    throw new FlowwError(
      "ACCOUNT_RESOURCE_FOREIGN",
      `${type} ${name} is there, and not made by this set-up.`,
    );
  if (problems.length > 0)
    throw new FlowwError("ACCOUNT_RESOURCE_UNFIT", `${type} ${name} ${problems.join(", and ")}.`);
}

function isEqual(name: string, wanted: unknown, found: unknown): boolean {
  if (name === "Policies")
    return isSamePolicies(wanted as InlinePolicy[], found as InlinePolicy[] | undefined);
  if (/Policy(Document|Text)?$/.test(name))
    return isSamePolicy(wanted as PolicyDocument, found as PolicyDocument | undefined);
  return isDeepStrictEqual(wanted, found);
}

interface InlinePolicy {
  PolicyName: string;
  PolicyDocument: PolicyDocument;
}

function isSamePolicies(wanted: readonly InlinePolicy[], found: readonly InlinePolicy[] = []): boolean {
  const byName = new Map(found.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument]));
  return wanted.every(({ PolicyName, PolicyDocument }) =>
    isSamePolicy(PolicyDocument, byName.get(PolicyName)),
  );
}
