import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog, DialogActions } from "./dialog.tsx";
import { Problem } from "./problem.tsx";

interface ConfirmProps {
  isOpen: boolean;
  onClose(): void;
  title: string;
  /** What follows from it. */
  children: ReactNode;
  /** The word on the button: what will be done. */
  action: string;
  /** The word on the other button; `Keep it` unless it is said. */
  otherwise?: string;
  isDangerous?: boolean;
  /** The mutation that does it. */
  change: { isPending: boolean; error: unknown };
  onConfirm(): void;
}

/** Asks once more before something that cannot be taken back. */
export function Confirm({
  isOpen,
  onClose,
  title,
  children,
  action,
  otherwise = "Keep it",
  isDangerous = false,
  change,
  onConfirm,
}: ConfirmProps) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <div className="text-soft">{children}</div>
      <Problem error={change.error} />
      <DialogActions>
        <Button onClick={onClose}>{otherwise}</Button>
        <Button look={isDangerous ? "danger" : "primary"} isBusy={change.isPending} onClick={onConfirm}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
