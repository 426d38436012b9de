import { expect, test } from "vitest";
import { readConfig } from "../../config/config.ts";
import type { PolicyDocument } from "../../platform/clients/aws/account/policy-document.ts";
import { cloudFormation } from "./cloudformation.ts";
import { describeAccount } from "./describe-account.ts";
import { resolveReferences } from "./references.ts";

const known = new Map([
  ["AWS::AccountId", "123456789012"],
  ["AWS::Region", "eu-central-1"],
  ["AWS::Partition", "aws"],
  ["FunctionsLogs", "/floww/floww/functions"],
  ["FunctionsLogs.Arn", "arn:aws:logs:eu-central-1:123456789012:log-group:/floww/floww/functions:*"],
  ["FunctionsRole.Arn", "arn:aws:iam::123456789012:role/floww-functions"],
  ["RuntimeRepository.Arn", "arn:aws:ecr:eu-central-1:123456789012:repository/floww-runtime"],
  ["Bucket", "floww-123456789012-eu-central-1"],
  ["Bucket.Arn", "arn:aws:s3:::floww-123456789012-eu-central-1"],
  ["Key.Arn", "arn:aws:kms:eu-central-1:123456789012:key/k"],
  ["ServerPolicy", "arn:aws:iam::123456789012:policy/floww/floww/floww-server"],
]);
const setUp = resolveReferences(describeAccount("floww"), known);

/** One line for each that is allowed or denied: policies as a reader compares them. */
function linesOf({ Statement }: PolicyDocument): string[] {
  return Statement.map(({ Effect, Principal, Action, Resource, Condition }) =>
    [
      Effect,
      JSON.stringify(Principal),
      [Action].flat().join(" "),
      "on",
      [Resource ?? []].flat().join(" "),
      JSON.stringify(Condition),
    ]
      .filter((part) => part !== undefined)
      .join(" "),
  );
}

test("the functions' role may write its own logs and nothing else", () => {
  const role = setUp.resources.find(({ type }) => type === "AWS::IAM::Role");
  if (role?.type !== "AWS::IAM::Role") throw new TypeError("no role");
  expect(linesOf(role.properties.AssumeRolePolicyDocument)).toMatchInlineSnapshot(`
    [
      "Allow {"Service":"lambda.amazonaws.com"} sts:AssumeRole on ",
    ]
  `);
  expect(
    role.properties.Policies.flatMap(({ PolicyDocument }) => linesOf(PolicyDocument)),
  ).toMatchInlineSnapshot(`
    [
      "Allow logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-central-1:123456789012:log-group:/floww/floww/functions:*",
    ]
  `);
});

test("what the server may do", () => {
  const policy = setUp.resources.find(({ type }) => type === "AWS::IAM::ManagedPolicy");
  if (policy?.type !== "AWS::IAM::ManagedPolicy") throw new TypeError("no policy");
  expect(linesOf(policy.properties.PolicyDocument)).toMatchInlineSnapshot(`
    [
      "Allow lambda:CreateFunction lambda:GetFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:PutFunctionConcurrency lambda:DeleteFunctionConcurrency lambda:DeleteFunction lambda:InvokeFunction on arn:aws:lambda:eu-central-1:123456789012:function:floww-*",
      "Allow lambda:ListFunctions on *",
      "Allow iam:PassRole on arn:aws:iam::123456789012:role/floww-functions {"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}",
      "Allow ecr:CreateRepository ecr:InitiateLayerUpload ecr:UploadLayerPart ecr:CompleteLayerUpload ecr:BatchCheckLayerAvailability ecr:GetDownloadUrlForLayer ecr:PutImage ecr:BatchDeleteImage ecr:BatchGetImage ecr:GetRepositoryPolicy ecr:SetRepositoryPolicy on arn:aws:ecr:eu-central-1:123456789012:repository/floww/*",
      "Allow ecr:BatchGetImage ecr:GetDownloadUrlForLayer on arn:aws:ecr:eu-central-1:123456789012:repository/floww-runtime",
      "Allow s3:GetBucketVersioning s3:ListBucketVersions s3:ListBucket on arn:aws:s3:::floww-123456789012-eu-central-1",
      "Allow s3:GetObject s3:GetObjectVersion s3:PutObject s3:DeleteObject s3:DeleteObjectVersion on arn:aws:s3:::floww-123456789012-eu-central-1/*",
      "Allow kms:Encrypt kms:Decrypt on arn:aws:kms:eu-central-1:123456789012:key/k",
    ]
  `);
});

test("the longest prefix and region make no name and no policy that AWS does not take", () => {
  const names = new Map([...known, ["AWS::Region", "ap-southeast-9"]]);
  const { resources } = resolveReferences(describeAccount("a".repeat(30)), names);
  for (const { type, name, properties } of resources) {
    // Of roles, policies and buckets; the policy's own characters count 6,144 at most.
    expect(name.length).toBeLessThan(64);
    if (type === "AWS::IAM::ManagedPolicy")
      expect(JSON.stringify(properties.PolicyDocument).length).toBeLessThan(6_144);
  }
});

test("what is said of the image's repository, the bucket and the key", () => {
  const lines = setUp.resources.flatMap((resource) => {
    if (resource.type === "AWS::ECR::Repository") return linesOf(resource.properties.RepositoryPolicyText);
    if (resource.type === "AWS::S3::BucketPolicy") return linesOf(resource.properties.PolicyDocument);
    return resource.type === "AWS::KMS::Key" ? linesOf(resource.properties.KeyPolicy) : [];
  });
  expect(lines).toMatchInlineSnapshot(`
    [
      "Allow {"Service":"lambda.amazonaws.com"} ecr:BatchGetImage ecr:GetDownloadUrlForLayer on  {"ArnLike":{"aws:SourceArn":"arn:aws:lambda:eu-central-1:123456789012:function:floww-*"}}",
      "Deny "*" s3:* on arn:aws:s3:::floww-123456789012-eu-central-1 arn:aws:s3:::floww-123456789012-eu-central-1/* {"Bool":{"aws:SecureTransport":"false"}}",
      "Allow {"AWS":"arn:aws:iam::123456789012:root"} kms:* on *",
    ]
  `);
});

test("nothing refers to what is not described before it", () => {
  const before = new Set(["AWS::AccountId", "AWS::Region", "AWS::Partition"]);
  for (const { id, ...resource } of describeAccount("floww").resources) {
    for (const [, name = ""] of JSON.stringify(resource).matchAll(/\$\{([^}]+)\}/g))
      expect(before).toContain(name);
    before.add(id).add(`${id}.Arn`);
  }
});

test("the settings that are printed are settings that a server takes", () => {
  const settings = Object.fromEntries(setUp.settings.map(({ name, value }) => [name, value]));
  const FLOWW_LAMBDA_IMAGE = `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${setUp.runtimeRepository}@sha256:${"0".repeat(64)}`;
  const config = readConfig({
    ...settings,
    FLOWW_LAMBDA_IMAGE,
    FLOWW_PUBLIC_URL: "https://floww.example.com",
  });
  expect(config.lambda).toMatchObject({
    ...{ region: "eu-central-1", roleArn: known.get("FunctionsRole.Arn") },
    logGroup: known.get("FunctionsLogs"),
  });
  expect(config.registry).toEqual({ kind: "ecr", region: "eu-central-1", prefix: "floww" });
  expect(settings).toMatchInlineSnapshot(`
    {
      "FLOWW_ARTIFACTS": "s3:eu-central-1/floww-123456789012-eu-central-1",
      "FLOWW_KEYS": "kms:eu-central-1/alias/floww",
      "FLOWW_LAMBDA": "eu-central-1",
      "FLOWW_LAMBDA_LOGS": "/floww/floww/functions",
      "FLOWW_LAMBDA_ROLE": "arn:aws:iam::123456789012:role/floww-functions",
      "FLOWW_REGISTRY": "ecr:eu-central-1/floww",
    }
  `);
});

test("the template names what the set-up names, with the same properties", () => {
  const described = describeAccount("floww");
  const { Resources, Outputs } = JSON.parse(cloudFormation(described)) as {
    Resources: Record<string, { Type: string; DeletionPolicy?: string; Properties: Record<string, unknown> }>;
    Outputs: Record<string, { Description: string }>;
  };
  expect(Object.keys(Resources).filter((id) => id !== "KeyAlias")).toEqual(
    described.resources.map(({ id }) => id),
  );
  for (const { id, type, properties } of described.resources) {
    const { AliasName: _, ...own } = properties as { AliasName?: string };
    expect(Resources[id]?.Type).toBe(type);
    expect(withoutFunctions(Resources[id]?.Properties)).toEqual(own);
  }
  expect(Resources.KeyAlias?.Properties).toEqual({ AliasName: "alias/floww", TargetKeyId: { Ref: "Key" } });
  const retained = Object.keys(Resources).filter((id) => Resources[id]?.DeletionPolicy === "Retain");
  expect(retained).toEqual(["RuntimeRepository", "Bucket", "BucketPolicy", "Key", "KeyAlias"]);
  expect(Object.values(Outputs).map(({ Description }) => Description)).toEqual([
    ...described.settings.map(({ name }) => name),
    "SERVER_POLICY",
  ]);
});

/** As the set-up writes it. */
function withoutFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutFunctions);
  if (value === null || typeof value !== "object") return value;
  const { Ref, "Fn::Sub": sub } = value as Record<string, unknown>;
  if (typeof Ref === "string") return `\${${Ref}}`;
  if (typeof sub === "string") return sub;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutFunctions(part)]));
}
