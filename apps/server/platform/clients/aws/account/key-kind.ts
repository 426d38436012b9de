import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  type KMSClient,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  paginateListKeys,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { undefinedIf } from "./account-errors.ts";
import { parsePolicy, withForeignDenials } from "./policy-document.ts";
import { hasTags, type ResourceKind, type ResourceProperties, type ResourceTag } from "./resource.ts";

type Key = ResourceProperties["AWS::KMS::Key"];

/** The shortest that KMS allows. */
const DELETION_DAYS = 7;

/** A symmetric key, found by its alias. One that never got its alias, because who made it died, is found by its tag. */
export function keyKind(client: KMSClient): ResourceKind<Key> {
  let made: string | undefined;
  const tagsOf = async (KeyId: string): Promise<ResourceTag[]> => {
    const answer = await client
      .send(new ListResourceTagsCommand({ KeyId }))
      // A key of somebody else's, who does not let us look.
      .catch(undefinedIf("AccessDeniedException", "NotFoundException"));
    return (answer?.Tags ?? []).map(({ TagKey = "", TagValue = "" }) => ({ Key: TagKey, Value: TagValue }));
  };
  const describe = async (KeyId: string): Promise<KeyMetadata | undefined> => {
    const answer = await client
      .send(new DescribeKeyCommand({ KeyId }))
      .catch(undefinedIf("NotFoundException"));
    return answer?.KeyMetadata;
  };

  /** The oldest, so that everybody who looks finds the same. */
  async function findByTags(tags: readonly ResourceTag[]): Promise<KeyMetadata | undefined> {
    const found: KeyMetadata[] = [];
    for await (const { Keys = [] } of paginateListKeys({ client }, {}))
      for (const { KeyId = "" } of Keys) {
        if (!hasTags(await tagsOf(KeyId), tags)) continue;
        const key = await describe(KeyId);
        if (key?.KeyState === "Enabled") found.push(key);
      }
    const ageOf = ({ CreationDate, KeyId }: KeyMetadata) => `${CreationDate?.toISOString()} ${KeyId}`;
    return found.sort((one, other) => (ageOf(one) < ageOf(other) ? -1 : 1))[0];
  }

  return {
    find: async (_name, { AliasName, Tags }) => {
      const named = await describe(AliasName);
      const key = named ?? (await findByTags(Tags));
      if (key?.KeyId === undefined) return undefined;
      const { KeyId, Arn = "", KeyState } = key;
      const isOurs = hasTags(await tagsOf(KeyId), Tags);
      if (!isOurs || KeyState !== "Enabled")
        return { isOurs, ref: KeyId, arn: Arn, properties: {}, problems: [`is ${KeyState}`] };
      const { KeyRotationEnabled } = await client.send(new GetKeyRotationStatusCommand({ KeyId }));
      const { Policy } = await client.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
      const policy = parsePolicy(Policy);
      return {
        isOurs,
        ref: KeyId,
        arn: Arn,
        properties: {
          EnableKeyRotation: KeyRotationEnabled === true,
          ...(policy === undefined ? {} : { KeyPolicy: policy }),
          ...(named === undefined ? {} : { AliasName }),
        },
        problems: [],
      };
    },
    create: async ({ Description, KeyPolicy, Tags }) => {
      const { KeyMetadata } = await client.send(
        new CreateKeyCommand({
          Description,
          Policy: JSON.stringify(KeyPolicy),
          Tags: Tags.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
        }),
      );
      made = KeyMetadata?.KeyId;
    },
    change: {
      // First: who is second here goes on with the other's key.
      AliasName: ({ AliasName }, { ref }) =>
        client.send(new CreateAliasCommand({ AliasName, TargetKeyId: ref })),
      EnableKeyRotation: (_wanted, { ref }) => client.send(new EnableKeyRotationCommand({ KeyId: ref })),
      KeyPolicy: ({ KeyPolicy }, { ref, properties }) => {
        const Policy = JSON.stringify(withForeignDenials(KeyPolicy, properties.KeyPolicy));
        return client.send(new PutKeyPolicyCommand({ KeyId: ref, PolicyName: "default", Policy }));
      },
    },
    // Of two that began at once, one made a key that nobody will ever use.
    settle: async ({ ref }) => {
      if (made !== undefined && made !== ref)
        await client.send(
          new ScheduleKeyDeletionCommand({ KeyId: made, PendingWindowInDays: DELETION_DAYS }),
        );
      made = undefined;
    },
  };
}
