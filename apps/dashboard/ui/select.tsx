import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import { classNames } from "../lib/class-names.ts";

interface SelectProps {
  /** What it is called, where no visible label is. */
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange(value: string): void;
  className?: string;
}

/** One of a few. */
export function Select({ label, value, options, onChange, className }: SelectProps) {
  return (
    <Base.Root
      items={options}
      value={value}
      onValueChange={(next) => (next === null ? undefined : onChange(next))}
    >
      <Base.Trigger
        aria-label={label}
        className={classNames(
          "inline-flex min-h-8 min-w-0 items-center justify-between gap-2 rounded-lg border border-strong-line bg-card px-2.5 py-1 hover:bg-hover",
          className,
        )}
      >
        <span className="truncate">
          <Base.Value />
        </span>
        <Base.Icon className="text-soft">
          <ChevronsUpDown size={14} aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className="z-50" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="max-h-[min(24rem,var(--available-height))] min-w-(--anchor-width) overflow-y-auto rounded-lg border bg-raised p-1 shadow-lg">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex items-center gap-2 rounded-md py-1.5 pr-3 pl-2 data-highlighted:bg-hover"
              >
                <span className="w-4">
                  <Base.ItemIndicator>
                    <Check size={14} aria-hidden="true" />
                  </Base.ItemIndicator>
                </span>
                <Base.ItemText className="max-w-80 truncate">{option.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
