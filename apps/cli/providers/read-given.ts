import { FlowwError } from "@floww/contract/errors";
import type { ProviderType } from "./provider-name.ts";

/**
 * The fields of `--field name=value`. A secret is never an argument: those are seen by every user of the machine and
 * stay in the shell's history.
 *
 * @throws FlowwError INPUT_INVALID
 */
export function readGiven(type: ProviderType, options: readonly string[]): Record<string, string> {
  const given: Record<string, string> = {};
  for (const option of options) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(option) ?? [];
    // Neither message repeats the value: it may be a secret, put where it does not belong.
    if (name === undefined || value === undefined) {
      throw new FlowwError("INPUT_INVALID", "--field needs a name and a value.", {
        fix: `Like this: --field ${plainNames(type)[0] ?? "name"}=value.`,
      });
    }
    if (getField(type, name).isSecret) {
      throw new FlowwError("INPUT_INVALID", `${name} is a secret, and a secret is never an argument.`, {
        fix: `Leave it out to be asked for it, or pipe it: \`floww providers set ${type.type} < secrets.json\`, with {"${name}": "…"} in the file. If it was a real one, make a new one: it is in your shell's history.`,
      });
    }
    given[name] = value;
  }
  return given;
}

/** The JSON object that was piped in; nothing is no fields. @throws FlowwError INPUT_INVALID */
export function parsePiped(type: ProviderType, text: string): Record<string, string> {
  if (text.trim() === "") return {};
  const value = parseObject(text);
  if (value === undefined) {
    const secret = type.fields.find(({ isSecret }) => isSecret)?.name ?? "name";
    throw new FlowwError("INPUT_INVALID", "What came from stdin is not a JSON object of texts.", {
      fix: `Pipe the secret fields like this: {"${secret}": "…"}.`,
    });
  }
  for (const name of Object.keys(value)) getField(type, name);
  return value;
}

function parseObject(text: string): Record<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject || Object.values(value).some((one) => typeof one !== "string")) return undefined;
    return value as Record<string, string>;
  } catch {
    // The parser's message would quote the value.
    return undefined;
  }
}

function getField(type: ProviderType, name: string) {
  const field = type.fields.find((one) => one.name === name);
  if (field !== undefined) return field;
  throw new FlowwError("INPUT_INVALID", `${type.title} has no field ${name}.`, {
    fix: `It has: ${type.fields.map((one) => one.name).join(", ")}.`,
  });
}

function plainNames({ fields }: ProviderType): string[] {
  return fields.filter(({ isSecret }) => !isSecret).map(({ name }) => name);
}
