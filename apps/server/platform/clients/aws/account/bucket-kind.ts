import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { isAwsError, undefinedIf } from "./account-errors.ts";
import { type FoundResource, hasTags, type ResourceKind, type ResourceProperties } from "./resource.ts";

type Bucket = ResourceProperties["AWS::S3::Bucket"];

/** The one region whose name S3 does not take for a bucket's place. */
const NAMELESS_REGION = "us-east-1";

/** Every request says whose bucket it must be: names are unique in the world, and somebody may have been there first. */
export function bucketKind(
  client: S3Client,
  { account, region, partition }: { account: string; region: string; partition: string },
): ResourceKind<Bucket> {
  const at = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: account });

  async function readProperties(name: string): Promise<Partial<Bucket>> {
    const [encryption, versioning, access, ownership, rules] = await Promise.all([
      client
        .send(new GetBucketEncryptionCommand(at(name)))
        .catch(undefinedIf("ServerSideEncryptionConfigurationNotFoundError")),
      client.send(new GetBucketVersioningCommand(at(name))),
      client
        .send(new GetPublicAccessBlockCommand(at(name)))
        .catch(undefinedIf("NoSuchPublicAccessBlockConfiguration")),
      client
        .send(new GetBucketOwnershipControlsCommand(at(name)))
        .catch(undefinedIf("OwnershipControlsNotFoundError")),
      readRules(name),
    ]);
    const [algorithm] = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
    const [owner] = ownership?.OwnershipControls?.Rules ?? [];
    const blocked = access?.PublicAccessBlockConfiguration;
    const read = {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: algorithm?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
            },
          },
        ],
      },
      VersioningConfiguration: { Status: versioning.Status },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: blocked?.BlockPublicAcls ?? false,
        BlockPublicPolicy: blocked?.BlockPublicPolicy ?? false,
        IgnorePublicAcls: blocked?.IgnorePublicAcls ?? false,
        RestrictPublicBuckets: blocked?.RestrictPublicBuckets ?? false,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: owner?.ObjectOwnership }] },
      LifecycleConfiguration: {
        Rules: rules.map(({ ID, Status, AbortIncompleteMultipartUpload }) => ({
          Id: ID,
          Status,
          AbortIncompleteMultipartUpload,
        })),
      },
    };
    // It is compared with what is wanted: where it is something else, it is of other words too.
    return read as Partial<Bucket>;
  }

  async function readRules(name: string): Promise<LifecycleRule[]> {
    const answer = await client
      .send(new GetBucketLifecycleConfigurationCommand(at(name)))
      .catch(undefinedIf("NoSuchLifecycleConfiguration"));
    return answer?.Rules ?? [];
  }

  return {
    find: async (name, wanted) => {
      const tags = await readTags(client, at(name));
      if (tags === undefined) return undefined;
      const isOurs = tags !== "foreign" && hasTags(tags, wanted.Tags);
      const place = { isOurs, ref: name, arn: `arn:${partition}:s3:::${name}`, problems: [] };
      if (!isOurs) return { ...place, properties: {} };
      return { ...place, properties: onlyOurRules(await readProperties(name), wanted) };
    },
    create: async ({ BucketName, Tags }) => {
      await client.send(
        new CreateBucketCommand({
          Bucket: BucketName,
          CreateBucketConfiguration: {
            Tags,
            ...(region === NAMELESS_REGION ? {} : { LocationConstraint: placeOf(region) }),
          },
        }),
      );
    },
    change: {
      PublicAccessBlockConfiguration: ({ BucketName, PublicAccessBlockConfiguration }) =>
        client.send(new PutPublicAccessBlockCommand({ ...at(BucketName), PublicAccessBlockConfiguration })),
      OwnershipControls: ({ BucketName, OwnershipControls }) =>
        client.send(new PutBucketOwnershipControlsCommand({ ...at(BucketName), OwnershipControls })),
      BucketEncryption: ({ BucketName, BucketEncryption }) => {
        const Rules = BucketEncryption.ServerSideEncryptionConfiguration.map(
          ({ ServerSideEncryptionByDefault }) => ({
            ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
          }),
        );
        return client.send(
          new PutBucketEncryptionCommand({
            ...at(BucketName),
            ServerSideEncryptionConfiguration: { Rules },
          }),
        );
      },
      VersioningConfiguration: ({ BucketName, VersioningConfiguration }) =>
        client.send(new PutBucketVersioningCommand({ ...at(BucketName), VersioningConfiguration })),
      LifecycleConfiguration: async ({ BucketName, LifecycleConfiguration }) => {
        const ours = new Set(LifecycleConfiguration.Rules.map(({ Id }) => Id));
        const foreign = (await readRules(BucketName)).filter(({ ID = "" }) => !ours.has(ID));
        const rules = LifecycleConfiguration.Rules.map(({ Id, ...rule }) => ({
          ...rule,
          ID: Id,
          Filter: { Prefix: "" },
        }));
        return await client.send(
          new PutBucketLifecycleConfigurationCommand({
            ...at(BucketName),
            LifecycleConfiguration: { Rules: [...foreign, ...rules] },
          }),
        );
      },
    },
  };
}

async function readTags(client: S3Client, bucket: { Bucket: string; ExpectedBucketOwner: string }) {
  try {
    const { TagSet = [] } = await client.send(new GetBucketTaggingCommand(bucket));
    return TagSet.map(({ Key = "", Value = "" }) => ({ Key, Value }));
  } catch (error) {
    if (isAwsError(error, "NoSuchBucket", "NotFound")) return undefined;
    if (isAwsError(error, "NoSuchTagSet", "NoSuchTagSetError")) return [];
    // Another account's, or one that we may not look at: not to be used either way.
    if (isAwsError(error, "AccessDenied", "Forbidden")) return "foreign";
    throw error;
  }
}

/** Other rules may stand beside ours. */
function onlyOurRules(found: Partial<Bucket>, wanted: Bucket): FoundResource<Bucket>["properties"] {
  const ours = new Set(wanted.LifecycleConfiguration.Rules.map(({ Id }) => Id));
  const Rules = (found.LifecycleConfiguration?.Rules ?? []).filter(({ Id }) => ours.has(Id));
  return { ...found, LifecycleConfiguration: { Rules } };
}

/** Its own list of regions lags behind AWS's. */
function placeOf(region: string) {
  return region as NonNullable<
    NonNullable<
      ConstructorParameters<typeof CreateBucketCommand>[0]["CreateBucketConfiguration"]
    >["LocationConstraint"]
  >;
}
