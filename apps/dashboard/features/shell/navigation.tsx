import { Link } from "@tanstack/react-router";
import { useMe } from "../../lib/me.ts";
import { type Place, type Screen, screensOf } from "./screens.ts";

interface NavigationProps {
  place: Place;
  onNavigate?: () => void;
}

const GROUPS: readonly Screen["group"][] = ["Namespace", "Organization", "Server"];

/** The ways to the screens. */
export function Navigation({ place, onNavigate }: NavigationProps) {
  const screens = screensOf(useMe(), place);
  return (
    <nav aria-label="Screens" className="grid gap-4">
      {GROUPS.map((group) => (
        <Group
          key={group}
          group={group}
          screens={screens.filter((screen) => screen.group === group)}
          onNavigate={() => onNavigate?.()}
        />
      ))}
    </nav>
  );
}

interface GroupProps {
  group: Screen["group"];
  screens: readonly Screen[];
  onNavigate(): void;
}

function Group({ group, screens, onNavigate }: GroupProps) {
  if (screens.length === 0) return undefined;
  return (
    <div className="grid gap-0.5">
      {group === "Namespace" ? undefined : (
        <p className="px-2.5 py-1 text-xs font-medium text-soft">{group}</p>
      )}
      {screens.map(({ path, label, icon: Icon, isExact = false }) => (
        <Link
          key={path}
          to={path}
          activeOptions={{ exact: isExact }}
          onClick={onNavigate}
          className="flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-soft hover:bg-hover hover:text-ink data-[status=active]:bg-hover data-[status=active]:font-medium data-[status=active]:text-ink"
        >
          <Icon size={16} aria-hidden="true" />
          {label}
        </Link>
      ))}
    </div>
  );
}
