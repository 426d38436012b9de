import type { AccountResource } from "../../platform/clients/aws/account/resource.ts";
import type { AccountSetUp } from "./describe-account.ts";
import { mapTexts, refTo } from "./references.ts";

/** The set-up as a CloudFormation template, in JSON, which is YAML too. It needs the capability CAPABILITY_NAMED_IAM. */
export function cloudFormation({ resources, settings, serverPolicyArn }: AccountSetUp): string {
  const outputs = [...settings, { name: "SERVER_POLICY", value: serverPolicyArn }];
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "What Floww needs in an AWS account. Printed by `floww-server aws --template`.",
    Resources: Object.assign({}, ...resources.map(entriesOf)) as object,
    // An output's name has no underscore.
    Outputs: Object.fromEntries(
      outputs.map(({ name, value }) => [
        name.replaceAll("_", ""),
        { Description: name, Value: withFunctions(value) },
      ]),
    ),
  };
  return JSON.stringify(template, undefined, 2);
}

function entriesOf({ id, type, isRetained = false, properties }: AccountResource): Record<string, object> {
  const retained = isRetained ? { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" } : {};
  const entry = (Type: string, Properties: unknown) => ({
    Type,
    ...retained,
    Properties: withFunctions(Properties),
  });
  if (type !== "AWS::KMS::Key") return { [id]: entry(type, properties) };
  // An alias is a resource of its own there.
  const { AliasName, ...key } = properties;
  return {
    [id]: entry(type, key),
    [`${id}Alias`]: entry("AWS::KMS::Alias", { AliasName, TargetKeyId: refTo(id) }),
  };
}

function withFunctions(value: unknown): unknown {
  return mapTexts(value, (text) => {
    const [, alone] = /^\$\{([\w:]+)\}$/.exec(text) ?? [];
    if (alone !== undefined) return { Ref: alone };
    return /\$\{/.test(text) ? { "Fn::Sub": text } : text;
  });
}
