import { Search } from "lucide-react";
import { type FormEvent, useEffect, useState } from "react";
import { inputClass } from "./field.tsx";

interface SearchInputProps {
  label: string;
  value: string;
  /** When the person has stopped typing, or pressed Enter. */
  onChange(value: string): void;
  placeholder?: string;
}

const PAUSE_MS = 400;

export function SearchInput({ label, value, onChange, placeholder }: SearchInputProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(text);
  };
  return (
    <search className="min-w-40 flex-1 sm:max-w-72">
      <form onSubmit={submit} className="relative">
        <Search
          size={14}
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-soft"
          aria-hidden="true"
        />
        <input
          type="search"
          aria-label={label}
          placeholder={placeholder ?? label}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className={`${inputClass} min-h-8 py-1 pl-8`}
        />
      </form>
    </search>
  );
}
