import type { Client, RouteAnswer, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { BuiltBundle } from "./build-bundle.ts";

export type Deployed = RouteAnswer<Routes["createDeployment"]>;

export interface DeployRequest {
  namespaceId: string;
  workflowId: string;
  bundle: BuiltBundle;
  manifest: Manifest;
}

/** Uploads the bundle unless the server has it, and makes it live. */
export async function deployBundle(
  client: Client,
  { namespaceId, workflowId, bundle, manifest }: DeployRequest,
): Promise<Deployed> {
  const params = { namespaceId, hash: bundle.hash };
  const isThere = await client.getBundle({ params }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof FlowwError && error.code === "NOT_FOUND") return false;
      throw error;
    },
  );
  if (!isThere) {
    const query = { codeBytes: bundle.code.byteLength };
    await client.putBundle({ params, query, body: Buffer.concat([bundle.code, bundle.map]) });
  }
  return client.createDeployment({
    params: { namespaceId, workflowId },
    body: { bundleHash: bundle.hash, manifest },
  });
}
