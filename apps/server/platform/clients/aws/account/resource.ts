import type { PolicyDocument } from "./policy-document.ts";

/** Properties as CloudFormation has them, of each type the ones that we use. */
export interface ResourceProperties {
  "AWS::Logs::LogGroup": {
    LogGroupName: string;
    RetentionInDays: number;
    Tags: ResourceTag[];
  };
  "AWS::IAM::Role": {
    RoleName: string;
    Description: string;
    AssumeRolePolicyDocument: PolicyDocument;
    Policies: { PolicyName: string; PolicyDocument: PolicyDocument }[];
    Tags: ResourceTag[];
  };
  "AWS::IAM::ManagedPolicy": {
    ManagedPolicyName: string;
    /** Says whose it is: CloudFormation gives policies no tags. */
    Path: string;
    Description: string;
    PolicyDocument: PolicyDocument;
  };
  "AWS::KMS::Key": {
    Description: string;
    EnableKeyRotation: boolean;
    KeyPolicy: PolicyDocument;
    Tags: ResourceTag[];
    /** A resource of its own to CloudFormation. Here it is how the key is found. */
    AliasName: string;
  };
  "AWS::S3::Bucket": {
    BucketName: string;
    BucketEncryption: {
      ServerSideEncryptionConfiguration: { ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }[];
    };
    VersioningConfiguration: { Status: "Enabled" };
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: boolean;
      BlockPublicPolicy: boolean;
      IgnorePublicAcls: boolean;
      RestrictPublicBuckets: boolean;
    };
    OwnershipControls: { Rules: { ObjectOwnership: "BucketOwnerEnforced" }[] };
    LifecycleConfiguration: { Rules: LifecycleRule[] };
    Tags: ResourceTag[];
  };
  "AWS::S3::BucketPolicy": { Bucket: string; PolicyDocument: PolicyDocument };
  "AWS::ECR::Repository": {
    RepositoryName: string;
    ImageTagMutability: "IMMUTABLE";
    RepositoryPolicyText: PolicyDocument;
    Tags: ResourceTag[];
  };
}

export interface ResourceTag {
  Key: string;
  Value: string;
}

export interface LifecycleRule {
  Id: string;
  Status: "Enabled";
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: number };
}

export type ResourceType = keyof ResourceProperties;

/**
 * One thing that an account should have. `${Id}` and `${Id.Arn}` in a text stand for another resource, `${AWS::Region}` and the
 * like for the account's own, as in CloudFormation.
 */
export type AccountResource = { [Type in ResourceType]: ResourceOf<Type> }[ResourceType];

export interface ResourceOf<Type extends ResourceType> {
  /** Within the set-up: `FunctionsRole`. */
  id: string;
  type: Type;
  /** Within the account: `floww-functions`. */
  name: string;
  /** Holds what cannot be made again: taking the stack away leaves it. */
  isRetained?: boolean;
  properties: ResourceProperties[Type];
}

export interface FoundResource<Properties> {
  /** It bears our mark. */
  isOurs: boolean;
  /** What `${Id}` and `${Id.Arn}` come to. */
  ref: string;
  arn: string;
  /** As far as they are there. */
  properties: Partial<Properties>;
  /** Why it may not be used as it is; we change none of this by ourselves. */
  problems: string[];
}

/** How things of one type are looked for, made and changed. Errors are the client's own. */
export interface ResourceKind<Properties> {
  find(name: string, wanted: Properties): Promise<FoundResource<Properties> | undefined>;
  /** One request, which marks it as ours: what dies right after it has made something that is found again. */
  create(wanted: Properties): Promise<void>;
  /** What can be changed, and how; properties that are not named here are not compared. */
  readonly change: {
    readonly [Name in keyof Properties]?: (
      wanted: Properties,
      found: FoundResource<Properties>,
    ) => Promise<unknown>;
  };
  /** When all is as it was wanted. */
  settle?(found: FoundResource<Properties>): Promise<void>;
}

export type ResourceKinds = { readonly [Type in ResourceType]: ResourceKind<ResourceProperties[Type]> };

export function hasTags(found: readonly ResourceTag[], wanted: readonly ResourceTag[]): boolean {
  return wanted.every(({ Key, Value }) => found.some((tag) => tag.Key === Key && tag.Value === Value));
}
