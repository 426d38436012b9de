import { FlowwError } from "@floww/contract/errors";
import { printable } from "../printable.ts";
import type { Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { type FormStart, fillForm } from "./fill-form.ts";
import type { Provider, ProviderName, ProviderType } from "./provider-name.ts";

/** What a person at the form can mend, by typing something else or by trying again. */
const ASKED_AGAIN: ReadonlySet<string> = new Set([
  "PROVIDER_CREDENTIAL_REFUSED",
  "PROVIDER_FIELDS_INVALID",
  "PROVIDER_UNREACHABLE",
]);

export interface Configuring {
  name: ProviderName;
  type: ProviderType;
  /** The one that is changed. */
  present: Provider | undefined;
  /** Fields that were answered on the command line. */
  given: Readonly<Record<string, string>>;
}

/**
 * The form: what to do at the service, its fields, and a try of the credential; what is refused is said and asked again.
 * Resolves with undefined when the person turned away or `signal` rang.
 */
export async function configureProvider(
  session: Session,
  terminal: Terminal,
  { name, type, present, given }: Configuring,
  signal: AbortSignal = new AbortController().signal,
): Promise<Provider | undefined> {
  terminal.note(`\n${printable(type.guide)}\n`);
  let start: FormStart = {
    given,
    initial: present?.fields ?? {},
    kept: new Set(present?.secretFields),
  };
  let secrets: Record<string, string> = {};
  for (;;) {
    const filled = await fillForm(terminal, type, start, signal);
    if (filled === undefined) return undefined;
    const fields = { ...secrets, ...filled };
    terminal.note(`Trying it at ${type.title}…`);
    try {
      return await setProvider(session, name, fields);
    } catch (error) {
      if (!(error instanceof FlowwError) || !ASKED_AGAIN.has(error.code)) throw error;
      terminal.note(`error: ${printable(error.message)}\n${printable(error.fix)}\n`);
      const typed = splitFields(type, fields);
      secrets = typed.secret;
      // What was given on the command line may be what is wrong.
      start = {
        given: {},
        initial: { ...start.initial, ...typed.plain },
        kept: new Set([...start.kept, ...Object.keys(secrets)]),
      };
    }
  }
}

function splitFields({ fields: known }: ProviderType, fields: Record<string, string>) {
  const secretNames = new Set(known.filter(({ isSecret }) => isSecret).map(({ name }) => name));
  const entries = Object.entries(fields);
  return {
    secret: Object.fromEntries(entries.filter(([name]) => secretNames.has(name))),
    plain: Object.fromEntries(entries.filter(([name]) => !secretNames.has(name))),
  };
}

/** Changes the fields that are named, and keeps the others. */
export function setProvider(
  { client, namespace }: Session,
  name: ProviderName,
  fields: Record<string, string>,
): Promise<Provider> {
  return client.setProvider({ params: { namespaceId: namespace.id }, body: { ...name, fields } });
}
