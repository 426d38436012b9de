import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { Menu } from "./menu.tsx";

/** What can be done with a row, at its end. */
export function RowMenu({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Menu
      label={label}
      triggerClassName="inline-flex size-8 items-center justify-center rounded-lg hover:bg-hover"
      trigger={<Ellipsis size={16} aria-hidden="true" />}
    >
      {children}
    </Menu>
  );
}
