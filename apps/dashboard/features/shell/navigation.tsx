import { rolePermissions } from "@floww/contract/api";
import { Link } from "@tanstack/react-router";
import { Activity, Database, Inbox, KeyRound, type LucideIcon, Plug, Workflow } from "lucide-react";
import type { ComponentProps } from "react";
import { useMe } from "../../lib/me.ts";

const IN_NAMESPACE = [
  { to: "/ns/$namespaceId/workflows", label: "Workflows", icon: Workflow },
  { to: "/ns/$namespaceId/executions", label: "Executions", icon: Activity },
  { to: "/ns/$namespaceId/deliveries", label: "Deliveries", icon: Inbox },
  { to: "/ns/$namespaceId/providers", label: "Providers", icon: Plug },
  { to: "/ns/$namespaceId/secrets", label: "Secrets", icon: KeyRound, permission: "secret.read" },
  { to: "/ns/$namespaceId/kv", label: "KV", icon: Database, permission: "kv.read" },
] as const;

interface NavigationProps {
  namespaceId: string | undefined;
  onNavigate?: () => void;
}

/** The ways to the screens. */
export function Navigation({ namespaceId, onNavigate }: NavigationProps) {
  const me = useMe();
  const organizationId = me?.namespaces.find(({ id }) => id === namespaceId)?.organizationId;
  const role = me?.organizations.find(({ id }) => id === organizationId)?.role;
  if (namespaceId === undefined) return undefined;
  // A screen that would only refuse is not offered.
  const open = IN_NAMESPACE.filter(
    (one) => !("permission" in one) || (role !== undefined && rolePermissions[role].has(one.permission)),
  );
  return (
    <nav aria-label="Screens" className="grid gap-4">
      <Group>
        {open.map(({ to, label, icon }) => (
          <Link key={label} to={to} params={{ namespaceId }} onClick={() => onNavigate?.()} className={LINK}>
            <Entry icon={icon} label={label} />
          </Link>
        ))}
      </Group>
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
