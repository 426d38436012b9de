import { PageHeader } from "../ui/page-header.tsx";
import { Empty } from "../ui/states.tsx";

/** Somebody who belongs to no organization, or to one without a namespace. */
export function NoNamespace() {
  return (
    <>
      <PageHeader title="Welcome" />
      <Empty title="No namespace is open to you yet">
        Ask somebody of your organization for an invitation, or an administrator for a namespace.
      </Empty>
    </>
  );
}
