import type { PolicyDocument, PolicyStatement } from "../../platform/clients/aws/account/policy-document.ts";
import type { AccountResource } from "../../platform/clients/aws/account/resource.ts";
import { refTo } from "./references.ts";
import { FUNCTIONS, serverPermissions, statementOf } from "./server-permissions.ts";

/** Marks what is ours, with the name of the installation. */
const TAG = "floww";
/** An upload in parts that nobody ended is paid for until it is taken away. */
const UPLOAD_DAYS = 7;
/** The server has what runs said; these are for what went wrong before a run could say anything. */
const LOG_DAYS = 30;

const ARN = `arn:${refTo("AWS::Partition")}`;

export interface AccountSetUp {
  /** Each after those that it names. */
  resources: readonly AccountResource[];
  /** What the server is started with; the images come besides, by their digests. */
  settings: readonly { name: string; value: string }[];
  /** Where the stock image goes. */
  runtimeRepository: string;
  /** What to attach to whatever the server runs as. */
  serverPolicyArn: string;
}

/**
 * What an installation has in an account, as data: the plan, what is applied and the CloudFormation template are all made of
 * this, so that they cannot differ. `name` comes first in the name of everything, so that several share an account.
 */
export function describeAccount(name: string): AccountSetUp {
  const Tags = [{ Key: TAG, Value: name }];
  const bucket = `${name}-${refTo("AWS::AccountId")}-${refTo("AWS::Region")}`;
  const alias = `alias/${name}`;
  const repository = `${name}-runtime`;
  const logGroup = `/${TAG}/${name}/functions`;
  return {
    resources: [
      {
        id: "FunctionsLogs",
        type: "AWS::Logs::LogGroup",
        name: logGroup,
        properties: { LogGroupName: logGroup, RetentionInDays: LOG_DAYS, Tags },
      },
      {
        id: "FunctionsRole",
        type: "AWS::IAM::Role",
        name: `${name}-functions`,
        properties: {
          RoleName: `${name}-functions`,
          Description: "What workflows run as on AWS Lambda",
          AssumeRolePolicyDocument: policy({
            Sid: "Lambda",
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          }),
          Policies: [{ PolicyName: "logs", PolicyDocument: policy(ownLogs) }],
          Tags,
        },
      },
      {
        id: "RuntimeRepository",
        type: "AWS::ECR::Repository",
        name: repository,
        isRetained: true,
        properties: {
          RepositoryName: repository,
          ImageTagMutability: "IMMUTABLE",
          RepositoryPolicyText: policy({
            Sid: "Lambda",
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            Condition: { ArnLike: { "aws:SourceArn": FUNCTIONS } },
          }),
          Tags,
        },
      },
      {
        id: "Bucket",
        type: "AWS::S3::Bucket",
        name: bucket,
        isRetained: true,
        properties: {
          BucketName: bucket,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
          OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
          BucketEncryption: {
            ServerSideEncryptionConfiguration: [
              { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
            ],
          },
          // Collecting artifacts stands on it: see docs/artifacts.md.
          VersioningConfiguration: { Status: "Enabled" },
          LifecycleConfiguration: {
            Rules: [
              {
                Id: "floww-uploads",
                Status: "Enabled",
                AbortIncompleteMultipartUpload: { DaysAfterInitiation: UPLOAD_DAYS },
              },
            ],
          },
          Tags,
        },
      },
      {
        id: "BucketPolicy",
        type: "AWS::S3::BucketPolicy",
        name: bucket,
        // Without it a bucket that was left would be open to plain HTTP.
        isRetained: true,
        properties: {
          Bucket: refTo("Bucket"),
          PolicyDocument: policy({
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [refTo("Bucket.Arn"), `${refTo("Bucket.Arn")}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        },
      },
      {
        id: "Key",
        type: "AWS::KMS::Key",
        name: alias,
        isRetained: true,
        properties: {
          AliasName: alias,
          Description: `Wraps the keys of Floww's database (${name})`,
          EnableKeyRotation: true,
          // Who may use it is said by IAM, as for everything else.
          KeyPolicy: policy({
            Sid: "Account",
            Effect: "Allow",
            Principal: { AWS: `${ARN}:iam::${refTo("AWS::AccountId")}:root` },
            Action: "kms:*",
            Resource: "*",
          }),
          Tags,
        },
      },
      {
        id: "ServerPolicy",
        type: "AWS::IAM::ManagedPolicy",
        name: `${name}-server`,
        properties: {
          ManagedPolicyName: `${name}-server`,
          Path: `/${TAG}/${name}/`,
          Description: "What the Floww server may do in this account",
          PolicyDocument: policy(...serverPermissions({ name }).map(statementOf)),
        },
      },
    ],
    settings: [
      { name: "FLOWW_LAMBDA", value: refTo("AWS::Region") },
      { name: "FLOWW_LAMBDA_ROLE", value: refTo("FunctionsRole.Arn") },
      { name: "FLOWW_LAMBDA_LOGS", value: refTo("FunctionsLogs") },
      { name: "FLOWW_REGISTRY", value: `ecr:${refTo("AWS::Region")}/${name}` },
      { name: "FLOWW_ARTIFACTS", value: `s3:${refTo("AWS::Region")}/${refTo("Bucket")}` },
      { name: "FLOWW_KEYS", value: `kms:${refTo("AWS::Region")}/${alias}` },
    ],
    runtimeRepository: repository,
    serverPolicyArn: refTo("ServerPolicy"),
  };
}

/** AWS itself writes a function's log, with this role's permission. */
const ownLogs: PolicyStatement = {
  Sid: "OwnLogs",
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: refTo("FunctionsLogs.Arn"),
};

function policy(...Statement: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}
