import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, ECRClient, SetRepositoryPolicyCommand } from "@aws-sdk/client-ecr";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  KMSClient,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { OpenAccountOptions } from "./open-account.ts";

/** For tests: somebody else with rights in an account, and no care. */
export function openStranger(place: OpenAccountOptions, opened: AsyncDisposableStack) {
  const [iam, s3, kms, ecr, logs] = [
    new IAMClient(place),
    new S3Client(place),
    new KMSClient(place),
    new ECRClient(place),
    new CloudWatchLogsClient(place),
  ];
  for (const client of [iam, s3, kms, ecr, logs]) opened.defer(() => client.destroy());
  const makePolicy = async (PolicyName: string) => {
    const command = new CreatePolicyCommand({ PolicyName, PolicyDocument: everybodyMay("*", "*") });
    return (await iam.send(command)).Policy?.Arn;
  };

  return {
    makePolicy,
    makeRole: (RoleName: string) =>
      iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: everybodyMay("sts:AssumeRole") })),
    makeLogGroup: (logGroupName: string) => logs.send(new CreateLogGroupCommand({ logGroupName })),
    makeRepository: (repositoryName: string) => ecr.send(new CreateRepositoryCommand({ repositoryName })),
    makeBucket: (Bucket: string, region: string) => {
      // The client's list of places is of the day that it was made.
      const CreateBucketConfiguration = { LocationConstraint: region as BucketLocationConstraint };
      return s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    },
    /** Another installation's. */
    makeKey: async (AliasName: string) => {
      const Tags = [{ TagKey: "floww", TagValue: "other" }];
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Tags }));
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }));
    },

    widenRole: async (RoleName: string) => {
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: await makePolicy("admin") }));
      const PolicyDocument = everybodyMay("*", "*");
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "more", PolicyDocument }));
    },

    /** Opens all of it to everybody; besides, denies something and adds a rule for other objects. */
    loosen: async (made: { role: string; repository: string; bucket: string; keyId: string }) => {
      const { role: RoleName, bucket: Bucket } = made;
      const objects = `arn:aws:s3:::${Bucket}`;
      const open = JSON.parse(everybodyMay("s3:GetObject", `${objects}/*`)) as { Statement: object[] };
      const denied = { Sid: "TheirOwn", Effect: "Deny", Principal: "*", Action: "s3:GetObject" };
      const Statement = [...open.Statement, { ...denied, Resource: `${objects}/private/*` }];
      await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ ...open, Statement }) }));
      const VersioningConfiguration = { Status: "Suspended" } as const;
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      const rule = { ID: "theirs", Status: "Enabled", Filter: { Prefix: "x/" } } as const;
      const LifecycleConfiguration = { Rules: [{ ...rule, Expiration: { Days: 9 } }] };
      await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
      const all = everybodyMay("*", "*");
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "logs", PolicyDocument: all }));
      const PolicyDocument = everybodyMay("sts:AssumeRole");
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      await kms.send(new DisableKeyRotationCommand({ KeyId: made.keyId }));
      const policyText = everybodyMay("ecr:*");
      await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: made.repository, policyText }));
    },

    listBesides: async (Bucket: string) => {
      const { Policy = "" } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
      const { Statement } = JSON.parse(Policy) as { Statement: { Sid: string }[] };
      const { Rules = [] } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      return { statements: Statement.map(({ Sid }) => Sid), rules: Rules.map(({ ID }) => ID).sort() };
    },

    enabledKeys: async () => {
      const ids: string[] = [];
      for await (const { Keys = [] } of paginateListKeys({ client: kms }, {}))
        for (const { KeyId = "" } of Keys) {
          const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
          if (KeyMetadata?.KeyState === "Enabled") ids.push(KeyId);
        }
      return ids;
    },
  };
}

function everybodyMay(Action: string, Resource?: string): string {
  const statement = { Sid: "Open", Effect: "Allow", Principal: "*", Action };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [Resource === undefined ? statement : { ...statement, Resource }],
  });
}
