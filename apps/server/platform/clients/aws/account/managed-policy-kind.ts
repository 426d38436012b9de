import {
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListPolicyVersionsCommand,
  paginateListPolicies,
} from "@aws-sdk/client-iam";
import { undefinedIf } from "./account-errors.ts";
import { parsePolicy, withForeignDenials } from "./policy-document.ts";
import type { FoundResource, ResourceKind, ResourceProperties } from "./resource.ts";

type ManagedPolicy = ResourceProperties["AWS::IAM::ManagedPolicy"];

/** IAM keeps no more versions of a policy. */
const VERSIONS_MAX = 5;

/** A policy to attach to something. Names are unique in an account whatever the path, and the path says whose it is. */
export function managedPolicyKind(
  client: IAMClient,
  { partition, account }: { partition: string; account: string },
): ResourceKind<ManagedPolicy> {
  return {
    find: async (name, { Path }) => {
      const PolicyArn = `arn:${partition}:iam::${account}:policy${Path}${name}`;
      const answer = await client
        .send(new GetPolicyCommand({ PolicyArn }))
        .catch(undefinedIf("NoSuchEntity", "NoSuchEntityException"));
      if (answer?.Policy === undefined) return await findElsewhere(client, name);
      const VersionId = answer.Policy.DefaultVersionId;
      const { PolicyVersion } = await client.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      const found = parsePolicy(PolicyVersion?.Document && decodeURIComponent(PolicyVersion.Document));
      return {
        isOurs: true,
        ref: PolicyArn,
        arn: PolicyArn,
        properties: found === undefined ? {} : { PolicyDocument: found },
        problems: [],
      };
    },
    create: async ({ ManagedPolicyName: PolicyName, Path, Description, PolicyDocument }) => {
      const document = JSON.stringify(PolicyDocument);
      await client.send(new CreatePolicyCommand({ PolicyName, Path, Description, PolicyDocument: document }));
    },
    change: {
      PolicyDocument: async ({ PolicyDocument }, { arn: PolicyArn, properties }) => {
        await makeRoom(client, PolicyArn);
        const policy = withForeignDenials(PolicyDocument, properties.PolicyDocument);
        await client.send(
          new CreatePolicyVersionCommand({
            PolicyArn,
            PolicyDocument: JSON.stringify(policy),
            SetAsDefault: true,
          }),
        );
      },
    },
  };
}

async function findElsewhere(
  client: IAMClient,
  name: string,
): Promise<FoundResource<ManagedPolicy> | undefined> {
  for await (const { Policies = [] } of paginateListPolicies({ client }, { Scope: "Local" })) {
    const arn = Policies.find(({ PolicyName }) => PolicyName === name)?.Arn;
    if (arn !== undefined) return { isOurs: false, ref: arn, arn, properties: {}, problems: [] };
  }
  return undefined;
}

/** The oldest version that is not in force goes. */
async function makeRoom(client: IAMClient, PolicyArn: string): Promise<void> {
  const { Versions = [] } = await client.send(new ListPolicyVersionsCommand({ PolicyArn }));
  if (Versions.length < VERSIONS_MAX) return;
  const [oldest] = Versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion).sort(
    (one, other) => (one.CreateDate?.getTime() ?? 0) - (other.CreateDate?.getTime() ?? 0),
  );
  if (oldest?.VersionId !== undefined)
    await client.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest.VersionId }));
}
