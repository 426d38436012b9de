import { formatId } from "@floww/contract/ids";
import { appendAudit } from "../../domain/audit/store.ts";
import { findNamespace } from "../../domain/namespaces/store.ts";
import type { RepositoryCall } from "./registry-call.ts";

/** One line of the audit log. What is done is done: a failure here is reported. */
export async function recordRegistryChange(
  { context, name, principal, address }: RepositoryCall,
  action: string,
  subjects: Record<string, string>,
): Promise<void> {
  try {
    const namespace = await findNamespace(context.database, name.namespaceId);
    const { kind, id } = principal;
    await appendAudit(context.database, {
      organizationId: namespace?.organizationId,
      actor: { kind, id, name: principal.name },
      action,
      subjects: {
        namespaceId: formatId("namespace", name.namespaceId),
        repository: name.repository,
        ...subjects,
      },
      address,
    });
  } catch (error) {
    context.report(error);
  }
}
