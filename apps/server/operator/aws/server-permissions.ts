import type { PolicyStatement } from "../../platform/clients/aws/account/policy-document.ts";
import { refTo } from "./references.ts";

export interface Permission {
  sid: string;
  /** Commands of AWS's clients that the server sends, each with the actions that it takes. */
  commands: Readonly<Record<string, readonly string[]>>;
  /** What AWS asks of whoever sends them, though nobody calls it by name. */
  alongside?: readonly string[];
  resources: readonly string[];
  condition?: PolicyStatement["Condition"];
}

const ARN = `arn:${refTo("AWS::Partition")}`;
const HERE = `${refTo("AWS::Region")}:${refTo("AWS::AccountId")}`;

/** All functions of the driver `lambda` begin so. */
export const FUNCTIONS = `${ARN}:lambda:${HERE}:function:floww-*`;

/** What the server may do in the account: what its clients (`platform/clients/aws`) call, and no more. A test holds the two together. */
export function serverPermissions({ name }: { name: string }): readonly Permission[] {
  return [
    {
      sid: "Functions",
      commands: {
        CreateFunctionCommand: ["lambda:CreateFunction"],
        GetFunctionCommand: ["lambda:GetFunction"],
        UpdateFunctionCodeCommand: ["lambda:UpdateFunctionCode"],
        UpdateFunctionConfigurationCommand: ["lambda:UpdateFunctionConfiguration"],
        PutFunctionConcurrencyCommand: ["lambda:PutFunctionConcurrency"],
        DeleteFunctionConcurrencyCommand: ["lambda:DeleteFunctionConcurrency"],
        DeleteFunctionCommand: ["lambda:DeleteFunction"],
        InvokeWithResponseStreamCommand: ["lambda:InvokeFunction"],
      },
      resources: [FUNCTIONS],
    },
    {
      sid: "FunctionsList",
      commands: { ListFunctionsCommand: ["lambda:ListFunctions"] },
      // It can be allowed for no less.
      resources: ["*"],
    },
    {
      sid: "FunctionsRole",
      commands: {},
      // CreateFunction and UpdateFunctionConfiguration give a function its role.
      alongside: ["iam:PassRole"],
      resources: [refTo("FunctionsRole.Arn")],
      condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
    },
    {
      sid: "Images",
      commands: {
        CreateRepositoryCommand: ["ecr:CreateRepository"],
        InitiateLayerUploadCommand: ["ecr:InitiateLayerUpload"],
        UploadLayerPartCommand: ["ecr:UploadLayerPart"],
        CompleteLayerUploadCommand: ["ecr:CompleteLayerUpload"],
        BatchCheckLayerAvailabilityCommand: ["ecr:BatchCheckLayerAvailability"],
        GetDownloadUrlForLayerCommand: ["ecr:GetDownloadUrlForLayer"],
        PutImageCommand: ["ecr:PutImage"],
        BatchDeleteImageCommand: ["ecr:BatchDeleteImage"],
      },
      // Lambda reads a function's image, and writes into its repository's policy that it may, as whoever makes the function.
      alongside: ["ecr:BatchGetImage", "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"],
      resources: [`${ARN}:ecr:${HERE}:repository/${name}/*`],
    },
    {
      sid: "StockImage",
      commands: {},
      // The set-up's own: a server hands it to Lambda, and changes nothing there.
      alongside: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resources: [refTo("RuntimeRepository.Arn")],
    },
    {
      sid: "Bucket",
      commands: {
        GetBucketVersioningCommand: ["s3:GetBucketVersioning"],
        ListObjectVersionsCommand: ["s3:ListBucketVersions"],
      },
      // Without it a missing object cannot be told from a forbidden one.
      alongside: ["s3:ListBucket"],
      resources: [refTo("Bucket.Arn")],
    },
    {
      sid: "Artifacts",
      commands: {
        HeadObjectCommand: ["s3:GetObject"],
        GetObjectCommand: ["s3:GetObject", "s3:GetObjectVersion"],
        PutObjectCommand: ["s3:PutObject"],
        DeleteObjectCommand: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      },
      resources: [`${refTo("Bucket.Arn")}/*`],
    },
    {
      sid: "Key",
      commands: { EncryptCommand: ["kms:Encrypt"], DecryptCommand: ["kms:Decrypt"] },
      resources: [refTo("Key.Arn")],
    },
  ];
}

export function statementOf({
  sid,
  commands,
  alongside = [],
  resources,
  condition,
}: Permission): PolicyStatement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: [...new Set([...Object.values(commands).flat(), ...alongside])],
    Resource: [...resources],
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}
