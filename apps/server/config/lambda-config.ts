import { type Environment, invalidVariable } from "./env.ts";

/** Workflows may run as functions on AWS Lambda. */
export interface LambdaConfig {
  region: string;
  roleArn: string;
  /** Of CloudWatch Logs, where functions write; undefined: AWS's own choice. */
  logGroup: string | undefined;
  /** By digest, in Amazon ECR; one at least. */
  images: { x64?: string; arm64?: string };
}

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** AWS keeps what begins with `aws/` for itself. */
const LOG_GROUP = /^(?!aws\/)[\w./#-]{1,512}$/;
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$/;

export function readLambda(environment: Environment): LambdaConfig | undefined {
  const { FLOWW_LAMBDA: region, FLOWW_LAMBDA_ROLE: roleArn = "", FLOWW_LAMBDA_LOGS: logGroup } = environment;
  if (region === undefined) return undefined;
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw invalidVariable("FLOWW_LAMBDA", region, "a region such as eu-central-1");
  if (!ROLE.test(roleArn))
    throw invalidVariable(
      "FLOWW_LAMBDA_ROLE",
      roleArn,
      "the ARN of a role such as arn:aws:iam::123456789012:role/floww",
    );
  if (logGroup !== undefined && !LOG_GROUP.test(logGroup))
    throw invalidVariable("FLOWW_LAMBDA_LOGS", logGroup, "the name of a log group such as /floww/functions");
  if (environment.FLOWW_PUBLIC_URL === undefined)
    throw invalidVariable("FLOWW_PUBLIC_URL", "", "set: functions on AWS Lambda ask the server there");
  const images: LambdaConfig["images"] = {};
  for (const [name, architecture] of [
    ["FLOWW_LAMBDA_IMAGE", "x64"],
    ["FLOWW_LAMBDA_IMAGE_ARM64", "arm64"],
  ] as const) {
    const image = environment[name];
    if (image === undefined) continue;
    if (!ECR_IMAGE.test(image)) throw invalidVariable(name, image, "an image in Amazon ECR, by its digest");
    images[architecture] = image;
  }
  if (images.x64 === undefined && images.arm64 === undefined)
    throw invalidVariable(
      "FLOWW_LAMBDA_IMAGE",
      "",
      "set, or FLOWW_LAMBDA_IMAGE_ARM64: what functions are made of",
    );
  return { region, roleArn, logGroup, images };
}
