import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

test("the registry's content lies on the disk, or in an ECR that is named whole", () => {
  expect(readConfig({}).registry).toEqual({ kind: "disk" });
  expect(readConfig({ FLOWW_REGISTRY: "ecr:eu-central-1/floww" }).registry).toEqual({
    kind: "ecr",
    region: "eu-central-1",
    prefix: "floww",
  });
  for (const value of [
    "",
    "s3",
    "ecr",
    "ecr:eu-central-1",
    "ecr:/floww",
    "ecr:eu-central-1/../x",
    "ecr:eu/A",
  ])
    expect(() => readConfig({ FLOWW_REGISTRY: value })).toThrow(/FLOWW_REGISTRY/);
});

test("artifacts lie on the disk, or in an S3 bucket that is named with its region", () => {
  expect(readConfig({}).artifacts).toEqual({ kind: "disk" });
  const s3 = { kind: "s3", region: "eu-central-1", bucket: "acme-floww" };
  expect(readConfig({ FLOWW_ARTIFACTS: "s3:eu-central-1/acme-floww" }).artifacts).toEqual({
    ...s3,
    prefix: "",
  });
  expect(readConfig({ FLOWW_ARTIFACTS: "s3:eu-central-1/acme-floww/a/b.c" }).artifacts).toEqual({
    ...s3,
    prefix: "a/b.c",
  });
  for (const value of [
    "s3",
    "s3:acme-floww",
    "s3:eu-central-1/",
    "s3:eu-central-1/A",
    "s3:eu-central-1/acme/../x",
    "s3:eu-central-1/acme/",
    "s3:eu-central-1/acme//x",
  ])
    expect(() => readConfig({ FLOWW_ARTIFACTS: value })).toThrow(/FLOWW_ARTIFACTS/);
});

test("keys are protected by a file, or by a KMS key that is named with its region", () => {
  expect(readConfig({}).keys).toEqual({ kind: "file" });
  for (const keyId of [
    "alias/floww",
    "1234abcd-12ab-34cd-56ef-1234567890ab",
    "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd",
  ])
    expect(readConfig({ FLOWW_KEYS: `kms:eu-central-1/${keyId}` }).keys).toEqual({
      kind: "kms",
      region: "eu-central-1",
      keyId,
    });
  for (const value of ["kms", "kms:eu-central-1", "kms:eu-central-1/", "kms:/a", "kms:eu-central-1/a b"])
    expect(() => readConfig({ FLOWW_KEYS: value })).toThrow(/FLOWW_KEYS/);
});

test("the public address has no path, since links and redirects begin at the root of its host", () => {
  for (const value of ["https://floww.example.com", "https://floww.example.com/"])
    expect(readConfig({ FLOWW_PUBLIC_URL: value }).publicUrl?.origin).toBe("https://floww.example.com");
  expect(() => readConfig({ FLOWW_PUBLIC_URL: "https://example.com/floww" })).toThrow(
    /without a path, such as https:\/\/example\.com/,
  );
});
