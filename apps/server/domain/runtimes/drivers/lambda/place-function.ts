import { createHash } from "node:crypto";
import type { RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { PlacedRuntime, RuntimeTarget } from "@floww/executor/host";
import type { FunctionSpec } from "../../../../platform/clients/aws/lambda-functions.ts";

/**
 * `tenants`: a function for each runtime; AWS gives each tenant environments of its own. `functions`: where AWS does not
 * offer that, a function for each deployment.
 */
export type LambdaIsolation = "tenants" | "functions";

export interface PlacingOptions {
  /** Of the names of functions: one installation's own, since what begins so and is not needed is removed. */
  prefix: string;
  roleArn: string;
  /** Of all its functions; left out: each has AWS's own, which its role has to make. */
  logGroup?: string;
  /** What deployments run in that need no image of their own: `<account>.dkr.ecr.<region>.amazonaws.com/…@sha256:…` */
  stockImages: Readonly<Partial<Record<"x64" | "arm64", string>>>;
  /**
   * Where AWS Lambda finds an image of a namespace; left out: images of namespaces are not to be had there.
   *
   * @throws FlowwError RUNTIME_NOT_OFFERED for another namespace's
   */
  imageUri?(image: string, namespaceId: string): string;
}

export interface FunctionPlace {
  spec: FunctionSpec;
  tenantId?: string;
}

/** What proves never runs: code that was imported to be looked at is refused what a run may ask for. */
export type Purpose = "run" | "prove";

export interface Placing {
  purpose: Purpose;
  isolation: LambdaIsolation;
  /** Of its variables: an environment that began with others is not used any more. */
  variablesHash: string;
}

/** AWS's own bound, and no less than the longest run: the deadline is kept by the driver, this one is for what ignores it. */
const TIMEOUT_S_MAX = 900;
const TIMEOUT_MARGIN_S = 10;
const TIMEOUT_S = Math.min(TIMEOUT_S_MAX, limits.deadlineMsMax / 1000 + TIMEOUT_MARGIN_S);
const MEMORY_MB = limits.processMemoryBytesMax / (1024 * 1024);
const NAME_HASH_CHARACTERS = 32;

/** What settings come to, as it is kept with a deployment. @throws FlowwError RUNTIME_NOT_OFFERED */
export function placeRuntime(
  { stockImages, imageUri }: PlacingOptions,
  settings: RuntimeSettings,
): Omit<PlacedRuntime, "driver"> {
  const { architecture = stockImages.x64 === undefined ? "arm64" : "x64", memoryMb = MEMORY_MB } = settings;
  const placed = { ...settings, architecture, memoryMb };
  if (settings.image === undefined)
    return { ...placed, stockImage: stockImages[architecture] ?? refuse(NO_STOCK_IMAGE) };
  return imageUri === undefined ? refuse(NO_IMAGES) : placed;
}

const NO_STOCK_IMAGE = "This server has no runtime image of that architecture on AWS Lambda.";
const NO_IMAGES = "AWS Lambda cannot reach this server's images: they are not in Amazon ECR.";

function refuse(message: string): never {
  throw new FlowwError("RUNTIME_NOT_OFFERED", message);
}

/**
 * Which function a deployment runs in, and as which tenant. A name says all that its environments are made of, so two
 * servers come to the same one, and what a crash left is found again.
 */
export function placeFunction(
  options: PlacingOptions,
  target: RuntimeTarget,
  { purpose, isolation, variablesHash }: Placing,
): FunctionPlace {
  const { architecture = "x64", memoryMb = MEMORY_MB, concurrency, image, stockImage } = target.runtime ?? {};
  const imageUri =
    image === undefined
      ? (stockImage ?? options.stockImages[architecture] ?? refuse(NO_STOCK_IMAGE))
      : (options.imageUri?.(image, target.namespaceId) ?? refuse(NO_IMAGES));
  const deployment = `${target.namespaceId}/${target.deploymentId}`;
  const tenant = purpose === "prove" ? `${deployment}/prove` : `${deployment}/${variablesHash}`;
  const isIsolatedByTenant = isolation === "tenants";
  // What is kept aside for one deployment is nobody else's to use up; a proof is one run and needs nothing kept.
  const reserved = purpose === "prove" ? undefined : concurrency;
  const owner = isIsolatedByTenant ? (reserved === undefined ? "" : deployment) : tenant;
  const parts = [imageUri, architecture, memoryMb, reserved ?? 0, isolation, owner];
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return {
    spec: {
      name: `${options.prefix}-${hash.slice(0, NAME_HASH_CHARACTERS)}`,
      imageUri,
      roleArn: options.roleArn,
      memoryMb,
      timeoutS: TIMEOUT_S,
      architecture,
      concurrency: reserved,
      logGroup: options.logGroup,
      isIsolatedByTenant,
      description: owner === "" ? "A runtime of Floww" : `A runtime of Floww for ${deployment}`,
    },
    ...(isIsolatedByTenant ? { tenantId: tenant } : {}),
  };
}
