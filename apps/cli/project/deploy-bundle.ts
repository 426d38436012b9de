import type { Client, RouteAnswer, Routes, RuntimeSettings } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { BuiltBundle } from "./build-bundle.ts";
import type { ProviderMappings } from "./read-project.ts";

export type Deployed = RouteAnswer<Routes["createDeployment"]>;

export interface DeployRequest {
  namespaceId: string;
  workflowId: string;
  bundle: BuiltBundle;
  manifest: Manifest;
  /** Of floww.yaml. */
  providers: ProviderMappings;
  /** Of floww.yaml. Default: where the namespace's workflows run. */
  runtime?: RuntimeSettings;
}

/** Uploads the bundle unless the server has it, and makes it live. Times are in milliseconds, the server's own among them. */
export async function deployBundle(
  client: Client,
  { namespaceId, workflowId, bundle, manifest, providers, runtime = {} }: DeployRequest,
): Promise<Deployed> {
  const startedAt = performance.now();
  if (!(await isUploaded(client, namespaceId, bundle))) {
    const params = { namespaceId, hash: bundle.hash };
    const query = { codeBytes: bundle.code.byteLength };
    await client.putBundle({ params, query, body: Buffer.concat([bundle.code, bundle.map]) });
  }
  const uploadMs = elapsedMs(startedAt);
  const deployed = await client.createDeployment({
    params: { namespaceId, workflowId },
    body: { bundleHash: bundle.hash, manifest, providers, runtime },
  });
  return { ...deployed, timingsMs: { upload: uploadMs, ...deployed.timingsMs } };
}

export async function isUploaded(
  client: Client,
  namespaceId: string,
  { hash }: Pick<BuiltBundle, "hash">,
): Promise<boolean> {
  try {
    await client.getBundle({ params: { namespaceId, hash } });
    return true;
  } catch (error) {
    if (error instanceof FlowwError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}

/** Since a reading of `performance.now()`, to a tenth of a millisecond. */
export function elapsedMs(startedAt: number): number {
  return Math.round((performance.now() - startedAt) * 10) / 10;
}
