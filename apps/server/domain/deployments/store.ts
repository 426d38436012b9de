import type { DriverName } from "@floww/contract/api";
import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import type { PlacedRuntime } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";

export interface Deployment {
  id: string;
  namespaceId: string;
  workflowId: string;
  version: number;
  bundleHash: string;
  runtime: DriverName;
  placed: PlacedRuntime | null;
  createdBy: string;
  createdAt: Date;
  activatedAt: Date | null;
  previousId: string | null;
}

export interface BundleRow {
  hash: string;
  codeBytes: number;
  mapBytes: number;
}

const COLUMNS = `id, namespace_id as "namespaceId", workflow_id as "workflowId", version, bundle_hash as "bundleHash",
  runtime, placed, created_by as "createdBy", created_at as "createdAt", activated_at as "activatedAt", previous_id as "previousId"`;

export async function insertBundle(
  database: Queryable,
  namespaceId: string,
  bundle: BundleRow,
): Promise<void> {
  await database.query(
    "insert into bundles (namespace_id, hash, code_bytes, map_bytes) values ($1, $2, $3, $4) on conflict do nothing",
    [namespaceId, bundle.hash, bundle.codeBytes, bundle.mapBytes],
  );
}

export async function findBundle(
  database: Queryable,
  namespaceId: string,
  hash: string,
): Promise<BundleRow | undefined> {
  const found = await database.query<BundleRow>(
    `select hash, code_bytes as "codeBytes", map_bytes as "mapBytes" from bundles where namespace_id = $1 and hash = $2`,
    [namespaceId, hash],
  );
  return found.rows[0];
}

export type NewDeployment = Pick<
  Deployment,
  "id" | "namespaceId" | "workflowId" | "bundleHash" | "runtime" | "placed" | "createdBy"
>;

/** Takes the next version; the caller holds the workflow's lock. */
export async function insertDeployment(
  transaction: Queryable,
  row: NewDeployment,
  manifest: Manifest,
): Promise<Deployment> {
  const inserted = await transaction.query<Deployment>(
    `insert into deployments (id, namespace_id, workflow_id, version, bundle_hash, runtime, manifest, created_by, placed)
     select $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6, $7, $8::jsonb from deployments where workflow_id = $3
     returning ${COLUMNS}`,
    [
      row.id,
      row.namespaceId,
      row.workflowId,
      row.bundleHash,
      row.runtime,
      Buffer.from(JSON.stringify(manifest)),
      row.createdBy,
      row.placed,
    ],
  );
  return inserted.rows[0]!;
}

export async function markActivated(
  transaction: Queryable,
  id: string,
  previousId: string | null,
): Promise<void> {
  await transaction.query("update deployments set activated_at = now(), previous_id = $2 where id = $1", [
    id,
    previousId,
  ]);
}

export async function findDeployment(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<Deployment | undefined> {
  const found = await database.query<Deployment>(
    `select ${COLUMNS} from deployments where namespace_id = $1 and id = $2`,
    [namespaceId, id],
  );
  return found.rows[0];
}

export async function findDeploymentByVersion(
  database: Queryable,
  { namespaceId, workflowId, version }: { namespaceId: string; workflowId: string; version: number },
): Promise<Deployment | undefined> {
  const found = await database.query<Deployment>(
    `select ${COLUMNS} from deployments where namespace_id = $1 and workflow_id = $2 and version = $3`,
    [namespaceId, workflowId, version],
  );
  return found.rows[0];
}

export interface DeploymentPage {
  namespaceId: string;
  workflowId: string;
  beforeId: string | undefined;
  limit: number;
}

export async function listDeployments(database: Queryable, page: DeploymentPage): Promise<Deployment[]> {
  const found = await database.query<Deployment>(
    `select ${COLUMNS} from deployments
     where namespace_id = $1 and workflow_id = $2 and ($3::uuid is null or id < $3)
     order by id desc limit $4`,
    [page.namespaceId, page.workflowId, page.beforeId, page.limit],
  );
  return found.rows;
}

export async function listDeploymentIds(database: Queryable, workflowId: string): Promise<string[]> {
  const found = await database.query<{ id: string }>("select id from deployments where workflow_id = $1", [
    workflowId,
  ]);
  return found.rows.map(({ id }) => id);
}

export async function getManifest(database: Queryable, deploymentId: string): Promise<Manifest> {
  return (await findManifest(database, deploymentId))!;
}

export async function findManifest(database: Queryable, deploymentId: string): Promise<Manifest | undefined> {
  const found = await database.query<{ manifest: Buffer }>("select manifest from deployments where id = $1", [
    deploymentId,
  ]);
  const row = found.rows[0];
  return row === undefined ? undefined : manifestSchema.parse(JSON.parse(row.manifest.toString("utf8")));
}

/** Whether a version, active or one to go back to, runs in the image with this manifest. */
export async function isImageDeployed(
  database: Queryable,
  namespaceId: string,
  manifestDigest: string,
): Promise<boolean> {
  const found = await database.query(
    "select 1 from deployments where namespace_id = $1 and placed->>'image' like '%@' || $2 limit 1",
    [namespaceId, manifestDigest],
  );
  return found.rows.length > 0;
}
