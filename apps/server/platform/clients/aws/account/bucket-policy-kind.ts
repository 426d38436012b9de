import { GetBucketPolicyCommand, PutBucketPolicyCommand, type S3Client } from "@aws-sdk/client-s3";
import { undefinedIf } from "./account-errors.ts";
import { type PolicyDocument, parsePolicy, withForeignDenials } from "./policy-document.ts";
import type { ResourceKind, ResourceProperties } from "./resource.ts";

/** Whose it is says the bucket, which is looked at before. */
export function bucketPolicyKind(
  client: S3Client,
  { account }: { account: string },
): ResourceKind<ResourceProperties["AWS::S3::BucketPolicy"]> {
  const at = (Bucket: string) => ({ Bucket, ExpectedBucketOwner: account });
  const put = (Bucket: string, policy: PolicyDocument) =>
    client.send(new PutBucketPolicyCommand({ ...at(Bucket), Policy: JSON.stringify(policy) }));
  return {
    find: async (name) => {
      const answer = await client
        .send(new GetBucketPolicyCommand(at(name)))
        .catch(undefinedIf("NoSuchBucketPolicy", "NoSuchBucket"));
      const policy = parsePolicy(answer?.Policy);
      if (policy === undefined) return undefined;
      return { isOurs: true, ref: name, arn: "", properties: { PolicyDocument: policy }, problems: [] };
    },
    create: async ({ Bucket, PolicyDocument }) => {
      await put(Bucket, PolicyDocument);
    },
    change: {
      PolicyDocument: ({ Bucket, PolicyDocument }, { properties }) =>
        put(Bucket, withForeignDenials(PolicyDocument, properties.PolicyDocument)),
    },
  };
}
