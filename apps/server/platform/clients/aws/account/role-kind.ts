import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  paginateListAttachedRolePolicies,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { undefinedIf } from "./account-errors.ts";
import { type PolicyDocument, parsePolicy, withForeignDenials } from "./policy-document.ts";
import { hasTags, type ResourceKind, type ResourceProperties } from "./resource.ts";

type Role = ResourceProperties["AWS::IAM::Role"];

/** A role with inline policies. What else was attached to it is a problem: whoever runs as it could do more than it is for. */
export function roleKind(client: IAMClient): ResourceKind<Role> {
  return {
    find: async (RoleName, wanted) => {
      const answer = await client
        .send(new GetRoleCommand({ RoleName }))
        .catch(undefinedIf("NoSuchEntity", "NoSuchEntityException"));
      if (answer?.Role === undefined) return undefined;
      const { Arn = "", AssumeRolePolicyDocument, Tags = [] } = answer.Role;
      const { PolicyNames = [] } = await client.send(new ListRolePoliciesCommand({ RoleName }));
      const ours = wanted.Policies.map(({ PolicyName }) => PolicyName);
      const attached = await listAttached(client, RoleName);
      const foreign = [...PolicyNames.filter((name) => !ours.includes(name)), ...attached];
      const found = assumable(AssumeRolePolicyDocument);
      return {
        isOurs: hasTags(
          Tags.map(({ Key = "", Value = "" }) => ({ Key, Value })),
          wanted.Tags,
        ),
        ref: RoleName,
        arn: Arn,
        properties: {
          ...(found === undefined ? {} : { AssumeRolePolicyDocument: found }),
          Policies: await readPolicies(
            client,
            RoleName,
            ours.filter((name) => PolicyNames.includes(name)),
          ),
        },
        problems: foreign.map((name) => `has the policy ${name}, with which it may do more than it should`),
      };
    },
    create: async ({ RoleName, Description, AssumeRolePolicyDocument, Tags }) => {
      await client.send(
        new CreateRoleCommand({
          RoleName,
          Description,
          AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument),
          Tags,
        }),
      );
    },
    change: {
      AssumeRolePolicyDocument: ({ RoleName, AssumeRolePolicyDocument }, { properties }) => {
        const policy = withForeignDenials(AssumeRolePolicyDocument, properties.AssumeRolePolicyDocument);
        const PolicyDocument = JSON.stringify(policy);
        return client.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      },
      Policies: async ({ RoleName, Policies }, { properties }) => {
        for (const { PolicyName, PolicyDocument } of Policies) {
          const found = properties.Policies?.find((policy) => policy.PolicyName === PolicyName);
          const policy = withForeignDenials(PolicyDocument, found?.PolicyDocument);
          const text = JSON.stringify(policy);
          await client.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: text }));
        }
      },
    },
  };
}

function assumable(text: string | undefined): PolicyDocument | undefined {
  return parsePolicy(text === undefined ? undefined : decodeURIComponent(text));
}

async function listAttached(client: IAMClient, RoleName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies({ client }, { RoleName }))
    names.push(...AttachedPolicies.map(({ PolicyName = "" }) => PolicyName));
  return names;
}

async function readPolicies(client: IAMClient, RoleName: string, names: string[]): Promise<Role["Policies"]> {
  const policies: Role["Policies"] = [];
  for (const PolicyName of names) {
    const answer = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    const document = assumable(answer.PolicyDocument);
    if (document !== undefined) policies.push({ PolicyName, PolicyDocument: document });
  }
  return policies;
}
