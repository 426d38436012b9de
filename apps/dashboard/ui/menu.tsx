import { Menu as Base } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface MenuProps {
  /** What opens it; its look is the caller's. */
  trigger: ReactNode;
  /** What it is called, where the trigger's own words do not say it. */
  label?: string;
  triggerClassName?: string;
  children: ReactNode;
}

export function Menu({ trigger, label, triggerClassName, children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger aria-label={label} className={triggerClassName}>
        {trigger}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="z-50" sideOffset={4} align="start">
          <Base.Popup className="max-h-(--available-height) min-w-48 overflow-y-auto rounded-lg border bg-raised p-1 shadow-lg">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const ITEM = "flex w-full items-center gap-2 rounded-md px-2.5 py-1.5 data-highlighted:bg-hover";

interface MenuItemProps {
  onSelect(): void;
  isDangerous?: boolean;
  children: ReactNode;
}

export function MenuItem({ onSelect, isDangerous = false, children }: MenuItemProps) {
  return (
    <Base.Item className={classNames(ITEM, isDangerous && "text-danger")} onClick={onSelect}>
      {children}
    </Base.Item>
  );
}

/** A way to another screen; `render` is its link. */
export function MenuLink({ render, children }: { render: React.ReactElement; children: ReactNode }) {
  return (
    <Base.Item className={ITEM} render={render}>
      {children}
    </Base.Item>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <div className="px-2.5 py-1 text-xs font-medium text-soft">{children}</div>;
}

export function MenuLine() {
  return <Base.Separator className="my-1 h-px bg-line" />;
}
