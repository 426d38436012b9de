import { FlowwError } from "@floww/contract/errors";
import { useNavigate, useParams } from "@tanstack/react-router";
import { adminSections } from "../features/admin/admin-sections.tsx";
import { useMe } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { Failed } from "../ui/states.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { NotFound } from "./not-found.tsx";

const CLOSED = new FlowwError("FORBIDDEN", "This is open to administrators of the server. Ask one of them.");

/** For who runs the server. The server refuses everybody else; this spares them a page full of refusals. */
export function AdminPage() {
  const { section } = useParams({ from: "/admin/$section" });
  const navigate = useNavigate();
  const me = useMe();
  if (me?.isAdministrator === false)
    return (
      <>
        <PageHeader title="Admin" />
        <Card>
          <Failed error={CLOSED} />
        </Card>
      </>
    );
  if (!adminSections.some(({ value }) => value === section)) return <NotFound />;
  return (
    <>
      <PageHeader title="Admin" lead="The whole server, for those who run it." />
      <Tabs
        label="Parts of the admin page"
        value={section}
        onChange={(next) => void navigate({ to: "/admin/$section", params: { section: next } })}
        tabs={adminSections}
      />
    </>
  );
}
