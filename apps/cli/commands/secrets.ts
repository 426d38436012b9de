import type { RouteRequest, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { type Command, jsonOption, textOf } from "../command.ts";
import { readNameAlone } from "../read-name.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

type SecretValue = RouteRequest<Routes["setSecret"]>["body"]["value"];

const credentialOption = {
  flags: "--credential <alias>",
  description: "which of several values under this name (default: default)",
};

/** A value is never an argument: those are seen by every user of the machine and stay in the shell's history. */
export const secretsSet: Command = {
  usage: "secrets set <name>",
  summary: "Set a secret: fields typed unseen, or from stdin.",
  example: "floww secrets set stripe --field apiKey < key.txt",
  options: [
    { flags: "--field <names>", description: "its fields, with commas; without: a JSON object" },
    credentialOption,
    jsonOption,
  ],
  run: async ({ args, options, environment, terminal }) => {
    const name = readNameAlone("secrets set", args[0]);
    const { client, namespace } = await openSession(environment);
    const value = await readValue(terminal, textOf(options, "field"));
    const credential = textOf(options, "credential") ?? "default";
    const body = { name, credential, value };
    const secret = await client.setSecret({ params: { namespaceId: namespace.id }, body });
    if (options.json === true) return terminal.json(secret);
    terminal.print(`${secret.name} is set in ${namespace.name} (version ${secret.version}).`);
  },
};

export const secretsList: Command = {
  usage: "secrets list",
  summary: "List the names of secrets, never their values.",
  example: "floww secrets list --json",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { client, namespace } = await openSession(environment);
    const { items } = await client.listSecrets({ params: { namespaceId: namespace.id } });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) return terminal.note(`There is no secret in ${namespace.name} yet.`);
    terminal.table(
      ["NAME", "CREDENTIAL", "FIELDS", "VERSION", "UPDATED", "BY"],
      items.map((item) => [
        item.name,
        item.credential,
        item.fields.join(", "),
        String(item.version),
        item.updatedAt,
        item.updatedBy,
      ]),
    );
  },
};

export const secretsDelete: Command = {
  usage: "secrets delete <name>",
  summary: "Delete a secret; workflows that read it fail from then on.",
  example: "floww secrets delete stripe --yes",
  options: [credentialOption, { flags: "--yes", description: "do not ask" }],
  run: async ({ args, options, environment, terminal }) => {
    const { client, namespace } = await openSession(environment);
    const name = args[0] ?? "";
    const isSure = options.yes === true || (await terminal.confirm(`Delete the secret ${name}?`, "--yes"));
    if (!isSure) return;
    const query = { name, credential: textOf(options, "credential") ?? "default" };
    await client.deleteSecret({ params: { namespaceId: namespace.id }, query });
    terminal.print(`${name} is deleted.`);
  },
};

async function readValue(terminal: Terminal, fields: string | undefined): Promise<SecretValue> {
  const names = (fields ?? "").split(",").filter(Boolean);
  if (names.length === 0) return parseObject(await readHidden(terminal, "The secret, as a JSON object"));
  if (names.length > 1 && !terminal.isInteractive) return parseObject(await terminal.readInput());
  const value: SecretValue = {};
  for (const name of names) value[name] = await readHidden(terminal, name);
  return value;
}

async function readHidden(terminal: Terminal, message: string): Promise<string> {
  const text = await terminal.readHidden(message);
  if (text !== undefined && text !== "") return text;
  throw new FlowwError("INPUT_INVALID", "No value was given.", {
    fix: "Type it, or pipe it to the command.",
  });
}

function parseObject(text: string): SecretValue {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as SecretValue;
  } catch {
    // Said below: a parser's message would quote the value.
  }
  throw new FlowwError("INPUT_INVALID", "The secret is not a JSON object.", {
    fix: "Name its field: `floww secrets set <name> --field apiKey`.",
  });
}
