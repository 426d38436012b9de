import { Radio } from "@base-ui/react/radio";
import { RadioGroup } from "@base-ui/react/radio-group";
import { type ReactNode, useId } from "react";

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: ReactNode; help?: ReactNode }[];
  onChange(value: Value): void;
  isDisabled?: boolean;
}

/** One of a few, each with a line that says what it means. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  isDisabled = false,
}: ChoiceProps<Value>) {
  const id = useId();
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      disabled={isDisabled}
      onValueChange={(next) => onChange(next as Value)}
      className="grid gap-2"
    >
      {options.map((option) => (
        // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside brings its own input
        <label
          key={option.value}
          className="flex items-start gap-3 rounded-lg border p-3 has-data-checked:border-accent has-data-checked:bg-accent-soft has-data-disabled:opacity-80"
        >
          <Radio.Root
            value={option.value}
            aria-labelledby={`${id}-${option.value}`}
            {...(option.help === undefined ? {} : { "aria-describedby": `${id}-${option.value}-help` })}
            className="mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border border-strong-line bg-card data-checked:border-accent data-checked:bg-accent"
          >
            <Radio.Indicator className="size-1.5 rounded-full bg-accent-ink" />
          </Radio.Root>
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <span id={`${id}-${option.value}`} className="block font-medium">
              {option.label}
            </span>
            {option.help === undefined ? undefined : (
              <span id={`${id}-${option.value}-help`} className="block text-soft">
                {option.help}
              </span>
            )}
          </span>
        </label>
      ))}
    </RadioGroup>
  );
}
