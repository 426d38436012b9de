import { Ago } from "../../ui/ago.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";

const UNITS_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };
type Unit = keyof typeof UNITS_MS;

/** `kept`: when it would have gone anyway. */
export interface Expiry {
  kind: "never" | "kept" | "after";
  amount: string;
  unit: Unit;
}

export function firstExpiry(expiresAt: string | undefined): Expiry {
  return { kind: expiresAt === undefined ? "never" : "kept", amount: "1", unit: "hours" };
}

/** From now on, in milliseconds; undefined for what stays. */
export function ttlOf({ kind, amount, unit }: Expiry, expiresAt: string | undefined): number | undefined {
  if (kind === "after") return Math.round(Number(amount) * UNITS_MS[unit]);
  if (kind === "kept" && expiresAt !== undefined) return Math.max(1, Date.parse(expiresAt) - Date.now());
  return undefined;
}

interface ExpiryFieldProps {
  expiry: Expiry;
  /** Of the item that is changed. */
  expiresAt: string | undefined;
  onChange(expiry: Expiry): void;
}

/** When an item goes by itself. */
export function ExpiryField({ expiry, expiresAt, onChange }: ExpiryFieldProps) {
  const kept = expiresAt === undefined ? [] : [{ value: "kept", label: "As it is now" }];
  const kinds = [{ value: "never", label: "Never" }, ...kept, { value: "after", label: "After…" }];
  return (
    <div className="flex flex-wrap items-end gap-2">
      <div className="grid gap-1">
        <span className="font-medium" aria-hidden="true">
          Expires
        </span>
        <Select
          label="Expires"
          value={expiry.kind}
          options={kinds}
          onChange={(kind) => onChange({ ...expiry, kind: kind as Expiry["kind"] })}
        />
      </div>
      {expiry.kind === "kept" && expiresAt !== undefined ? (
        <p className="py-1.5">
          <Ago at={expiresAt} />
        </p>
      ) : undefined}
      {expiry.kind === "after" ? (
        <>
          <Field label="Time" className="w-24">
            <Input
              type="number"
              min={1}
              step={1}
              required
              value={expiry.amount}
              onChange={(event) => onChange({ ...expiry, amount: event.target.value })}
            />
          </Field>
          <Select
            label="Unit"
            value={expiry.unit}
            options={Object.keys(UNITS_MS).map((unit) => ({ value: unit, label: unit }))}
            onChange={(unit) => onChange({ ...expiry, unit: unit as Unit })}
          />
        </>
      ) : undefined}
    </div>
  );
}
