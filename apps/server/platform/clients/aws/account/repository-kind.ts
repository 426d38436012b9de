import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  PutImageTagMutabilityCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { undefinedIf } from "./account-errors.ts";
import { parsePolicy, withForeignDenials } from "./policy-document.ts";
import { hasTags, type ResourceKind, type ResourceProperties } from "./resource.ts";

type EcrRepository = ResourceProperties["AWS::ECR::Repository"];

export function repositoryKind(client: ECRClient): ResourceKind<EcrRepository> {
  return {
    find: async (repositoryName, wanted) => {
      const answer = await client
        .send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }))
        .catch(undefinedIf("RepositoryNotFoundException"));
      const [found] = answer?.repositories ?? [];
      if (found === undefined) return undefined;
      const arn = found.repositoryArn ?? "";
      const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceArn: arn }));
      const isOurs = hasTags(
        tags.map(({ Key = "", Value = "" }) => ({ Key, Value })),
        wanted.Tags,
      );
      const { policyText } =
        (await client
          .send(new GetRepositoryPolicyCommand({ repositoryName }))
          .catch(undefinedIf("RepositoryPolicyNotFoundException"))) ?? {};
      const policy = parsePolicy(policyText);
      const isImmutable = found.imageTagMutability === "IMMUTABLE";
      return {
        isOurs,
        ref: repositoryName,
        arn,
        properties: {
          ...(isImmutable ? { ImageTagMutability: "IMMUTABLE" as const } : {}),
          ...(policy === undefined ? {} : { RepositoryPolicyText: policy }),
        },
        problems: [],
      };
    },
    create: async ({ RepositoryName, ImageTagMutability, Tags }) => {
      await client.send(
        new CreateRepositoryCommand({
          repositoryName: RepositoryName,
          imageTagMutability: ImageTagMutability,
          tags: Tags,
        }),
      );
    },
    change: {
      ImageTagMutability: ({ RepositoryName, ImageTagMutability }) =>
        client.send(
          new PutImageTagMutabilityCommand({
            repositoryName: RepositoryName,
            imageTagMutability: ImageTagMutability,
          }),
        ),
      RepositoryPolicyText: ({ RepositoryName, RepositoryPolicyText }, { properties }) => {
        const policy = withForeignDenials(RepositoryPolicyText, properties.RepositoryPolicyText);
        return client.send(
          new SetRepositoryPolicyCommand({
            repositoryName: RepositoryName,
            policyText: JSON.stringify(policy),
          }),
        );
      },
    },
  };
}
