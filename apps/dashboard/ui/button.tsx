import type { ComponentProps } from "react";
import { classNames } from "../lib/class-names.ts";

const LOOKS = {
  primary: "border-accent bg-accent text-accent-ink hover:brightness-110",
  plain: "border-line bg-card text-ink hover:bg-hover",
  quiet: "border-transparent bg-transparent text-ink hover:bg-hover",
  danger: "border-danger bg-card text-danger hover:bg-danger-soft",
};

export type ButtonLook = keyof typeof LOOKS;

export function buttonClass(look: ButtonLook = "plain", extra?: string): string {
  return classNames(
    "inline-flex min-h-8 items-center justify-center gap-1.5 rounded-lg border px-3 py-1 font-medium whitespace-nowrap",
    "disabled:cursor-not-allowed disabled:opacity-60",
    LOOKS[look],
    extra,
  );
}

interface ButtonProps extends ComponentProps<"button"> {
  look?: ButtonLook;
  /** Its work is under way: it stays where it is and cannot be pressed again. */
  isBusy?: boolean;
}

export function Button({ look, isBusy = false, className, disabled, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={buttonClass(look, className)}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {children}
    </button>
  );
}

/** A button with a picture alone; `label` is what it is called. */
export function IconButton({ label, className, ...rest }: ButtonProps & { label: string }) {
  return (
    <Button
      look="quiet"
      aria-label={label}
      title={label}
      className={classNames("size-8 px-0!", className)}
      {...rest}
    />
  );
}
