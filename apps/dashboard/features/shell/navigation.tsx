import type { Permission } from "@floww/contract/api";
import { Link } from "@tanstack/react-router";
import { Activity, KeyRound, type LucideIcon, ScrollText, Settings, Users, Workflow } from "lucide-react";
import type { ComponentProps } from "react";
import { mayAs, useMe } from "../../lib/me.ts";

const IN_NAMESPACE = [
  { to: "/ns/$namespaceId/workflows", label: "Workflows", icon: Workflow },
  { to: "/ns/$namespaceId/executions", label: "Executions", icon: Activity },
  { to: "/ns/$namespaceId/settings", label: "Settings", icon: Settings },
] as const;

const IN_ORGANIZATION = [
  { to: "/org/$organizationId/members", label: "Members", icon: Users, permission: "members.read" },
  { to: "/org/$organizationId/keys", label: "Keys", icon: KeyRound, permission: "keys.manage" },
  {
    to: "/org/$organizationId/audit",
    label: "Audit log",
    icon: ScrollText,
    permission: "organization.manage",
  },
] as const satisfies readonly { permission: Permission; [part: string]: unknown }[];

interface NavigationProps {
  namespaceId: string | undefined;
  organizationId: string | undefined;
  onNavigate?: () => void;
}

/** The ways to the screens. */
export function Navigation({ namespaceId, organizationId, onNavigate }: NavigationProps) {
  const role = useMe()?.organizations.find(({ id }) => id === organizationId)?.role;
  return (
    <nav aria-label="Screens" className="grid gap-4">
      {namespaceId === undefined ? undefined : (
        <Group title="Namespace">
          {IN_NAMESPACE.map(({ to, label, icon }) => (
            <Link
              key={label}
              to={to}
              params={{ namespaceId }}
              onClick={() => onNavigate?.()}
              className={LINK}
            >
              <Entry icon={icon} label={label} />
            </Link>
          ))}
        </Group>
      )}
      {organizationId === undefined ? undefined : (
        <Group title="Organization">
          {IN_ORGANIZATION.filter(({ permission }) => mayAs(role, permission)).map(({ to, label, icon }) => (
            <Link
              key={label}
              to={to}
              params={{ organizationId }}
              onClick={() => onNavigate?.()}
              className={LINK}
            >
              <Entry icon={icon} label={label} />
            </Link>
          ))}
        </Group>
      )}
    </nav>
  );
}

function Group({ title, children }: { title?: string; children: ComponentProps<"div">["children"] }) {
  return (
    <div className="grid gap-0.5">
      {title === undefined ? undefined : <p className="px-2.5 py-1 text-xs font-medium text-soft">{title}</p>}
      {children}
    </div>
  );
}

const LINK =
  "flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-soft hover:bg-hover hover:text-ink data-[status=active]:bg-hover data-[status=active]:font-medium data-[status=active]:text-ink";

function Entry({ icon: Icon, label }: { icon: LucideIcon; label: string }) {
  return (
    <>
      <Icon size={16} aria-hidden="true" />
      {label}
    </>
  );
}
