import { GetBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { FlowwError } from "@floww/contract/errors";
import { awsConnection } from "./aws-connection.ts";
import { S3Artifacts } from "./s3-artifacts.ts";
import { explainArtifacts } from "./s3-errors.ts";

/** Looks whether the bucket is fit for it. @throws FlowwError ARTIFACTS_REFUSED, ARTIFACTS_UNAVAILABLE */
export async function openS3Artifacts(
  { region, bucket, prefix }: { region: string; bucket: string; prefix: string },
  opened: AsyncDisposableStack,
): Promise<S3Artifacts> {
  const client = new S3Client({ region, ...awsConnection });
  opened.defer(() => client.destroy());
  const { Status } = await client
    .send(new GetBucketVersioningCommand({ Bucket: bucket }))
    .catch(explainArtifacts);
  // Without versions what is put at the wrong moment would be deleted with what it replaced.
  if (Status !== "Enabled")
    throw new FlowwError("ARTIFACTS_REFUSED", `The bucket ${bucket} keeps no versions.`, {
      fix: `Run: aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`,
    });
  return new S3Artifacts({ client, bucket, prefix: prefix === "" ? "" : `${prefix}/` });
}
