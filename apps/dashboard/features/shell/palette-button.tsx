import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Place } from "./screens.ts";

const CommandPalette = lazy(() =>
  import("./command-palette.tsx").then(({ CommandPalette }) => ({ default: CommandPalette })),
);

/** Opens the command palette, as Ctrl+K and Cmd+K do. */
export function PaletteButton({ place }: { place: Place }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener("keydown", open);
    return () => document.removeEventListener("keydown", open);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex w-full items-center gap-2 rounded-lg border bg-ground px-2.5 py-1.5 text-soft hover:bg-hover"
      >
        <Search size={14} aria-hidden="true" />
        Go to…
        <kbd className="ml-auto text-xs">Ctrl K</kbd>
      </button>
      {isOpen ? (
        <Suspense>
          <CommandPalette place={place} onClose={() => setOpen(false)} />
        </Suspense>
      ) : undefined}
    </>
  );
}
