import { CreateNamespace } from "../features/namespaces/create-namespace.tsx";
import { mayAs, useMe } from "../lib/me.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { Empty } from "../ui/states.tsx";

/** Somebody who belongs to no organization, or to one without a namespace. */
export function NoNamespace() {
  const own = useMe()?.organizations.find(({ role }) => mayAs(role, "namespace.manage"));
  return (
    <>
      <PageHeader
        title="Welcome"
        actions={own === undefined ? undefined : <CreateNamespace organization={own} />}
      />
      {own === undefined ? (
        <Empty title="No namespace is open to you yet">
          Ask somebody of your organization for an invitation, or an administrator for a namespace.
        </Empty>
      ) : (
        <Empty title={`${own.name} has no namespace`}>
          Workflows live in a namespace, with their data and deployments. Make the first one.
        </Empty>
      )}
    </>
  );
}
