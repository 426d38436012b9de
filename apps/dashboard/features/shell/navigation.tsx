import { Link } from "@tanstack/react-router";
import { Activity, type LucideIcon, ShieldUser, Workflow } from "lucide-react";
import type { ComponentProps } from "react";
import { useMe } from "../../lib/me.ts";

const IN_NAMESPACE = [
  { to: "/ns/$namespaceId/workflows", label: "Workflows", icon: Workflow },
  { to: "/ns/$namespaceId/executions", label: "Executions", icon: Activity },
] as const;

interface NavigationProps {
  namespaceId: string | undefined;
  onNavigate?: () => void;
}

/** The ways to the screens. */
export function Navigation({ namespaceId, onNavigate }: NavigationProps) {
  const isAdministrator = useMe()?.isAdministrator === true;
  if (namespaceId === undefined && !isAdministrator) return undefined;
  return (
    <nav aria-label="Screens" className="grid gap-4">
      {namespaceId === undefined ? undefined : (
        <Group>
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
      {isAdministrator ? (
        <Group title="Server">
          <Link to="/admin" onClick={() => onNavigate?.()} className={LINK}>
            <Entry icon={ShieldUser} label="Admin" />
          </Link>
        </Group>
      ) : undefined}
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
