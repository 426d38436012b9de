import { Field as Base } from "@base-ui/react/field";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

export const inputClass =
  "w-full rounded-lg border border-strong-line bg-card px-2.5 py-1.5 text-ink disabled:opacity-60 aria-invalid:border-danger";

interface FieldProps {
  label: string;
  help?: ReactNode;
  error?: string | undefined;
  className?: string;
  children: ReactNode;
}

/** A label with what it labels, its help and its problem. */
export function Field({ label, help, error, className, children }: FieldProps) {
  return (
    <Base.Root className={classNames("grid gap-1", className)} invalid={error !== undefined}>
      <Base.Label className="font-medium">{label}</Base.Label>
      {children}
      {help === undefined ? undefined : (
        <Base.Description className="text-xs text-soft">{help}</Base.Description>
      )}
      {error === undefined ? undefined : (
        <Base.Error match className="text-xs text-danger">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  );
}

/** Within a Field. */
export function Input({ className, ...rest }: ComponentProps<typeof Base.Control>) {
  return <Base.Control {...rest} className={classNames(inputClass, className as string | undefined)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <Base.Control
      render={<textarea rows={6} {...rest} />}
      className={classNames(inputClass, "font-mono text-xs", className)}
    />
  );
}
