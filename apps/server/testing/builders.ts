import { randomBytes } from "node:crypto";
import { ensureFirstNamespace } from "../domain/namespaces/first-namespace.ts";
import type { Namespace } from "../domain/namespaces/store.ts";
import { insertOrganization, type Organization } from "../domain/organizations/store.ts";
import { openKeys } from "../domain/secrets/keys/open-keys.ts";
import type { Vault } from "../domain/secrets/vault.ts";
import { createWorkflow } from "../domain/workflows/create-workflow.ts";
import type { Workflow } from "../domain/workflows/store.ts";
import type { Database, Queryable } from "../platform/db/database.ts";
import { createFileWrapper } from "../platform/keys/file-wrapper.ts";
import { KEY_BYTES } from "../platform/keys/key-ring.ts";
import { newUuid } from "../platform/uuid-v7.ts";

/** An organization with its first namespace. */
export async function anOrganization(
  database: Queryable,
  { name = `org-${randomSuffix()}` }: { name?: string } = {},
): Promise<Organization & { namespace: Namespace }> {
  const organization = { id: newUuid(), name };
  await insertOrganization(database, organization);
  return { ...organization, namespace: await ensureFirstNamespace(database, organization.id) };
}

/** A workflow without a deployment, in the namespace given or one of a new organization. */
export async function aWorkflow(
  database: Queryable,
  { namespaceId, name = `wf-${randomSuffix()}` }: { namespaceId?: string; name?: string } = {},
): Promise<Workflow> {
  const home = namespaceId ?? (await anOrganization(database)).namespace.id;
  return createWorkflow(database, { namespaceId: home, name, description: "" });
}

/** The keys of this database, protected by a file that is nowhere; for tests without a server. */
export async function aVault(database: Database): Promise<Vault> {
  const { vault } = await openKeys(database, createFileWrapper(Buffer.alloc(KEY_BYTES, 7)));
  return vault;
}

function randomSuffix(): string {
  return randomBytes(4).toString("hex");
}
