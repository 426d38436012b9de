import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import type { Config } from "../config/config.ts";
import type { LambdaConfig } from "../config/lambda-config.ts";
import { parseRepositoryName } from "../domain/registry/names.ts";
import type { FunctionCallerOptions } from "../domain/runtimes/drivers/lambda/function-caller.ts";
import { LambdaDriver } from "../domain/runtimes/drivers/lambda/lambda-driver.ts";
import { openLambda } from "../platform/clients/aws/open-lambda.ts";
import type { KeyRing } from "../platform/keys/key-ring.ts";

const INSTALLATION_CHARACTERS = 8;

export function openLambdaDriver(
  { lambda, registry }: { lambda: LambdaConfig; registry: Config["registry"] },
  { keys, artifacts }: { keys: KeyRing; artifacts: FunctionCallerOptions["artifacts"] },
  opened: AsyncDisposableStack,
): LambdaDriver {
  const { region, roleArn, logGroup, images } = lambda;
  const clients = openLambda({ region });
  opened.defer(() => clients.close());
  // Servers with the same keys are one installation: they share functions, and remove none of another's.
  const installation = createHash("sha256").update(keys.deriveKey("lambda-functions")).digest("hex");
  const imageUri = imageUriFor(lambda, registry);
  return new LambdaDriver({
    ...clients,
    prefix: `floww-${installation.slice(0, INSTALLATION_CHARACTERS)}`,
    roleArn,
    ...(logGroup === undefined ? {} : { logGroup }),
    stockImages: images,
    ...(imageUri === undefined ? {} : { imageUri }),
    artifacts,
    clock: { now: Date.now, pause: async (ms) => void (await delay(ms)) },
    random: Math.random,
  });
}

/** AWS Lambda takes images out of Amazon ECR only, and of its own region. */
function imageUriFor(
  { region, roleArn }: LambdaConfig,
  registry: Config["registry"],
): FunctionCallerOptions["imageUri"] {
  if (registry.kind !== "ecr" || registry.region !== region) return undefined;
  const [, , , , account] = roleArn.split(":");
  const host = `${account}.dkr.ecr.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  return (image, namespaceId) => {
    const [text = "", digest = ""] = image.split("@");
    const name = parseRepositoryName(text);
    if (name?.namespaceId !== namespaceId)
      throw new FlowwError("RUNTIME_NOT_OFFERED", `${image} is no image of this namespace.`);
    return `${host}/${registry.prefix}/${namespaceId}/${name.repository}@${digest}`;
  };
}
