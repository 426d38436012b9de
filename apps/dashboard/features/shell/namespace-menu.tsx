import { Link } from "@tanstack/react-router";
import { Check, ChevronsUpDown } from "lucide-react";
import { useMe } from "../../lib/me.ts";
import { Menu, MenuLabel, MenuLink } from "../../ui/menu.tsx";

/** Which namespace one is in, and the way to the others. */
export function NamespaceMenu({ namespaceId }: { namespaceId: string | undefined }) {
  const me = useMe();
  const current = me?.namespaces.find(({ id }) => id === namespaceId);
  if (me === undefined || current === undefined) return undefined;
  const organization = me.organizations.find(({ id }) => id === current.organizationId);
  return (
    <Menu
      triggerClassName="flex w-full items-center justify-between gap-2 rounded-lg border bg-card px-2.5 py-1.5 relative text-left hover:bg-hover"
      trigger={
        <>
          <span className="min-w-0">
            <span className="block truncate text-xs text-soft">{organization?.name}</span>
            <span className="block truncate font-medium">{current.name}</span>
            <span className="sr-only">: choose another namespace</span>
          </span>
          <ChevronsUpDown size={14} className="shrink-0 text-soft" aria-hidden="true" />
        </>
      }
    >
      {me.organizations.map((one) => (
        <div key={one.id}>
          <MenuLabel>{one.name}</MenuLabel>
          {me.namespaces
            .filter(({ organizationId }) => organizationId === one.id)
            .map(({ id, name }) => (
              <MenuLink key={id} render={<Link to="/ns/$namespaceId" params={{ namespaceId: id }} />}>
                <span className="w-4">
                  {id === namespaceId ? <Check size={14} aria-hidden="true" /> : undefined}
                </span>
                <span className="truncate">{name}</span>
              </MenuLink>
            ))}
        </div>
      ))}
    </Menu>
  );
}
