import type { RouteRequest, Routes } from "@floww/contract/api";

export type SecretValue = RouteRequest<Routes["setSecret"]>["body"]["value"];

/** A value on its way to be set: texts by field, or the whole of it as JSON where fields are more than texts. */
export type Draft =
  | { kind: "fields"; fields: readonly { id: number; name: string; value: string }[] }
  | { kind: "json"; text: string };

export function emptyDraft(names: readonly string[] = [""]): Draft {
  return { kind: "fields", fields: names.map((name, id) => ({ id, name, value: "" })) };
}

/** What it says, or what is the matter with it. */
export function readDraft(
  draft: Draft,
): { value: SecretValue; fault?: never } | { value?: never; fault: string } {
  if (draft.kind === "json") return readJson(draft.text);
  const names = draft.fields.map(({ name }) => name);
  if (names.length === 0) return { fault: "Add a field." };
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { fault: `Two fields are called ${twice}.` };
  return { value: Object.fromEntries(draft.fields.map(({ name, value }) => [name, value])) };
}

function readJson(text: string): ReturnType<typeof readDraft> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return { fault: 'It must be an object with a field for each value: {"apiKey": "…"}.' };
    return { value: value as SecretValue };
  } catch (error) {
    // The parser's own words may quote the text, but nobody else sees them.
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
