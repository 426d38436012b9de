import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { IAMClient } from "@aws-sdk/client-iam";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { awsConnection } from "../aws-connection.ts";
import { bucketKind } from "./bucket-kind.ts";
import { bucketPolicyKind } from "./bucket-policy-kind.ts";
import { keyKind } from "./key-kind.ts";
import { logGroupKind } from "./log-group-kind.ts";
import { managedPolicyKind } from "./managed-policy-kind.ts";
import { repositoryKind } from "./repository-kind.ts";
import type { ResourceKinds } from "./resource.ts";
import { roleKind } from "./role-kind.ts";

export interface Account {
  /** What `${AWS::AccountId}` and the like come to. */
  values: ReadonlyMap<string, string>;
  kinds: ResourceKinds;
  /** Good for 12 hours, for all that its holder may do with ECR. */
  signInToRegistry(): Promise<{ host: string; credentials: { username: string; password: string } }>;
}

export interface OpenAccountOptions {
  region: string;
  /** Another service than AWS's own, and what it knows us by; default: what AWS's own rules find (environment, profile, role). */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Of whoever the credentials are. Errors are the client's own. */
export async function openAccount(
  options: OpenAccountOptions,
  opened: AsyncDisposableStack,
): Promise<Account> {
  const { region } = options;
  const place = { ...options, ...awsConnection };
  const [sts, iam, kms, s3, ecr, logs] = [
    new STSClient(place),
    new IAMClient(place),
    new KMSClient(place),
    new S3Client(place),
    new ECRClient(place),
    new CloudWatchLogsClient(place),
  ];
  for (const client of [sts, iam, kms, s3, ecr, logs]) opened.defer(() => client.destroy());
  const { Account: account = "", Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
  const partition = Arn.split(":")[1] ?? "aws";
  const owner = { account, region, partition };
  return {
    values: new Map([
      ["AWS::AccountId", account],
      ["AWS::Region", region],
      ["AWS::Partition", partition],
      ["AWS::URLSuffix", partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"],
    ]),
    kinds: {
      "AWS::Logs::LogGroup": logGroupKind(logs),
      "AWS::IAM::Role": roleKind(iam),
      "AWS::IAM::ManagedPolicy": managedPolicyKind(iam, owner),
      "AWS::KMS::Key": keyKind(kms),
      "AWS::S3::Bucket": bucketKind(s3, owner),
      "AWS::S3::BucketPolicy": bucketPolicyKind(s3, owner),
      "AWS::ECR::Repository": repositoryKind(ecr),
    },
    signInToRegistry: async () => {
      const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
      const [username = "", password = ""] = Buffer.from(data?.authorizationToken ?? "", "base64")
        .toString("utf8")
        .split(/:(.*)/s);
      return { host: new URL(data?.proxyEndpoint ?? "").host, credentials: { username, password } };
    },
  };
}
