import { useSyncExternalStore } from "react";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const KEY = "floww.theme";
const listeners = new Set<() => void>();

/** What the person chose, wherever on the screen they chose it. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readTheme);
}

export function readTheme(): Theme {
  const kept = readKept();
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Takes effect at once, and again at the next visit (public/theme.js). */
export function chooseTheme(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is off: it holds for this visit.
  }
  const isDark = theme === "dark" || (theme === "system" && systemIsDark().matches);
  document.documentElement.classList.toggle("dark", isDark);
  for (const listener of listeners) listener();
}

/** Follows the system while the person has not chosen. */
export function followSystemTheme(): () => void {
  const system = systemIsDark();
  const follow = () => {
    if (readTheme() === "system") chooseTheme("system");
  };
  system.addEventListener("change", follow);
  return () => system.removeEventListener("change", follow);
}

function systemIsDark(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
