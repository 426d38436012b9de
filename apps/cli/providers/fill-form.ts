import type { Terminal } from "../terminal.ts";
import type { ProviderType } from "./provider-name.ts";

type Field = ProviderType["fields"][number];

export interface FormStart {
  /** Answered already: not asked. */
  given: Readonly<Record<string, string>>;
  /** What stands in the fields that are no secrets. */
  initial: Readonly<Record<string, string>>;
  /** Secrets that have a value already: Enter keeps it. */
  kept: ReadonlySet<string>;
}

/**
 * Asks for a provider's fields, one after the other. Resolves with what was answered, without the secrets that stay as
 * they are; with undefined when the person turned away or `signal` rang.
 */
export async function fillForm(
  terminal: Terminal,
  { fields }: ProviderType,
  { given, initial, kept }: FormStart,
  signal: AbortSignal,
): Promise<Record<string, string> | undefined> {
  const filled: Record<string, string> = { ...given };
  for (const field of fields) {
    if (given[field.name] !== undefined) continue;
    const isKept = kept.has(field.name);
    const answer = await terminal.askField({
      message: messageOf(field, isKept),
      help: field.help,
      isSecret: field.isSecret,
      isRequired: !field.isOptional && !isKept,
      initial: initial[field.name],
      placeholder: field.default,
      signal,
    });
    if (answer === undefined) return undefined;
    if (answer !== "" || !field.isSecret) filled[field.name] = answer;
  }
  return filled;
}

function messageOf({ label, isOptional }: Field, isKept: boolean): string {
  const hint = isKept ? " (Enter keeps what is there)" : isOptional ? " (optional: Enter leaves it out)" : "";
  return label + hint;
}
