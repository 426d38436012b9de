import { CircleUser, Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../lib/me.ts";
import { chooseTheme, readTheme, type Theme, themes } from "../../lib/theme.ts";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../../ui/menu.tsx";

const THEMES: Record<Theme, { label: string; icon: typeof Sun }> = {
  system: { label: "As the system", icon: Monitor },
  light: { label: "Light", icon: Sun },
  dark: { label: "Dark", icon: Moon },
};

/** Who one is, how it looks, and the way out. */
export function PersonMenu() {
  const me = useMe();
  const [theme, setTheme] = useState(readTheme);
  if (me === undefined) return undefined;
  return (
    <Menu
      triggerClassName="relative flex w-full items-center gap-2 rounded-lg px-2.5 py-1.5 text-left hover:bg-hover"
      trigger={
        <>
          <CircleUser size={18} className="shrink-0 text-soft" aria-hidden="true" />
          <span className="sr-only">Signed in as </span>
          <span className="truncate">{me.name}</span>
        </>
      }
    >
      <MenuLabel>{me.email ?? me.name}</MenuLabel>
      <MenuLine />
      {themes.map((one) => {
        const { label, icon: Icon } = THEMES[one];
        return (
          <MenuItem
            key={one}
            onSelect={() => {
              chooseTheme(one);
              setTheme(one);
            }}
          >
            <Icon size={15} aria-hidden="true" />
            <span className={one === theme ? "font-semibold" : undefined}>{label}</span>
          </MenuItem>
        );
      })}
      <MenuLine />
      <MenuItem onSelect={() => location.assign("/account")}>Sign out</MenuItem>
    </Menu>
  );
}
