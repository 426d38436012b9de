import { createHash } from "node:crypto";
import type { RuntimeSettings } from "@floww/contract/api";
import { limits } from "@floww/contract/limits";
import type { RuntimeTarget } from "@floww/executor/host";
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
  /** Of a version that names none. */
  architecture: "x64" | "arm64";
  /** Where AWS Lambda finds the runtime image. @throws FlowwError RUNTIME_NOT_OFFERED */
  imageUri(settings: RuntimeSettings): string;
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

/**
 * Which function a deployment runs in, and as which tenant. A name says all that its environments are made of, so two
 * servers come to the same one, and what a crash left is found again.
 */
export function placeFunction(
  options: PlacingOptions,
  target: RuntimeTarget,
  { purpose, isolation, variablesHash }: Placing,
): FunctionPlace {
  const settings: RuntimeSettings = target.runtime ?? {};
  const imageUri = options.imageUri(settings);
  const { architecture = options.architecture, memoryMb = MEMORY_MB, concurrency } = settings;
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
      isIsolatedByTenant,
      description: owner === "" ? "A runtime of Floww" : `A runtime of Floww for ${deployment}`,
    },
    ...(isIsolatedByTenant ? { tenantId: tenant } : {}),
  };
}
