import { randomBytes } from "node:crypto";
import { ensureFirstNamespace } from "../domain/namespaces/first-namespace.ts";
import type { Namespace } from "../domain/namespaces/store.ts";
import { insertOrganization, type Organization } from "../domain/organizations/store.ts";
import { createWorkflow } from "../domain/workflows/create-workflow.ts";
import type { Workflow } from "../domain/workflows/store.ts";
import type { Queryable } from "../platform/db/database.ts";
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

function randomSuffix(): string {
  return randomBytes(4).toString("hex");
}
