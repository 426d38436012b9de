import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";

export interface ObjectName {
  Bucket: string;
  Key: string;
}

export interface ObjectVersions {
  /** Newest first. */
  versions: { id: string; writtenAt: number }[];
  /** Deletions that can be taken back. */
  markers: { id: string }[];
  /** One of the versions is on top: the object is in sight. */
  isVisible: boolean;
  /** There are more than a page of them; the oldest are left out. */
  isTruncated: boolean;
}

/** What there is of one object. In which order versions and markers lie is not told, but for the one on top. */
export async function listVersions(
  client: S3Client,
  { Bucket, Key }: ObjectName,
  options: { abortSignal: AbortSignal },
): Promise<ObjectVersions> {
  const found = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }), options);
  const ours = (entry: { Key?: string | undefined }) => entry.Key === Key;
  const versions = (found.Versions ?? []).filter(ours);
  return {
    versions: versions.map(({ VersionId = "null", LastModified }) => ({
      id: VersionId,
      writtenAt: LastModified?.getTime() ?? 0,
    })),
    markers: (found.DeleteMarkers ?? []).filter(ours).map(({ VersionId = "null" }) => ({ id: VersionId })),
    isVisible: versions.some(({ IsLatest }) => IsLatest === true),
    isTruncated: found.IsTruncated ?? false,
  };
}
