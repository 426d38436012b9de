import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface DialogProps {
  isOpen: boolean;
  onClose(): void;
  title: string;
  /** A line below the title. */
  lead?: ReactNode;
  isWide?: boolean;
  children: ReactNode;
}

/** A question or a form above the page; Escape and a press outside of it close it. */
export function Dialog({ isOpen, onClose, title, lead, isWide = false, children }: DialogProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/50" />
        <Base.Popup
          className={classNames(
            "fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[calc(100vw-2rem)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto",
            "rounded-xl border bg-raised p-5 shadow-xl",
            isWide ? "max-w-3xl" : "max-w-lg",
          )}
        >
          <div className="flex items-start justify-between gap-3">
            <Base.Title className="text-lg font-semibold [overflow-wrap:anywhere]">{title}</Base.Title>
            <Base.Close className="rounded-lg p-1.5 hover:bg-hover" aria-label="Close">
              <X size={16} aria-hidden="true" />
            </Base.Close>
          </div>
          {lead === undefined ? undefined : (
            <Base.Description className="mt-1 text-soft [overflow-wrap:anywhere]">{lead}</Base.Description>
          )}
          <div className="mt-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap justify-end gap-2">{children}</div>;
}
