import type { Provider, ProviderType } from "./provider-parts.ts";

/**
 * What the form's fields change: nothing is sent of a field that was left as it is, so that the server keeps it. An empty
 * secret field was left as it is, unless it is in `removed`; an empty text takes an optional field's value away.
 */
export function changedFields(
  type: ProviderType,
  form: { values: Readonly<Record<string, string>>; removed: ReadonlySet<string> },
  present: Provider | undefined,
): Record<string, string> {
  const changed: Record<string, string> = {};
  for (const { name, isSecret } of type.fields) {
    const value = form.values[name]?.trim() ?? "";
    if (isSecret) {
      if (form.removed.has(name)) changed[name] = "";
      else if (value !== "") changed[name] = value;
    } else if (value !== (present?.fields[name] ?? "")) changed[name] = value;
  }
  return changed;
}
