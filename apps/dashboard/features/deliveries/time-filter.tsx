import { useState } from "react";
import { formatLocal, readLocal } from "../../lib/local-time.ts";
import { Field, Input } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { type DeliverySearch, withins } from "./delivery-search.ts";

interface TimeFilterProps {
  search: DeliverySearch;
  onChange(search: DeliverySearch): void;
}

const OPTIONS = [
  { value: "any", label: "Any time" },
  { value: "hour", label: "Last hour" },
  { value: "day", label: "Last 24 hours" },
  { value: "week", label: "Last 7 days" },
  { value: "between", label: "Between…" },
];

/** The last hour or day, or between two instants in the reader's time zone. */
export function TimeFilter({ search, onChange }: TimeFilterProps) {
  const hasBounds = search.from !== undefined || search.to !== undefined;
  const [isOpen, setOpen] = useState(false);
  const isBetween = hasBounds || (isOpen && search.within === undefined);
  const choose = (value: string) => {
    setOpen(value === "between");
    const within = withins.find((one) => one === value);
    onChange({ ...search, within, from: undefined, to: undefined });
  };
  const bound = (part: "from" | "to", label: string) => (
    <Field label={label}>
      <Input
        type="datetime-local"
        step={1}
        value={search[part] === undefined ? "" : formatLocal(search[part])}
        onChange={(event) =>
          onChange({ ...search, within: undefined, [part]: readLocal(event.target.value) })
        }
      />
    </Field>
  );
  return (
    <>
      <Select
        label="Received"
        value={isBetween ? "between" : (search.within ?? "any")}
        options={OPTIONS}
        onChange={choose}
      />
      {isBetween ? (
        <>
          {bound("from", "From")}
          {bound("to", "To")}
        </>
      ) : undefined}
    </>
  );
}
