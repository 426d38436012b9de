import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { Check } from "./check.ts";

type DeclaredSecret = Manifest["secrets"][number];

export const secretsSet: Check = {
  name: "secrets",
  needs: ["namespace", "code"],
  run: async ({ signedIn, namespace, manifest }) => {
    // Several places in code may name the same one.
    const secrets = [...new Map(manifest!.secrets.map((secret) => [shownName(secret), secret])).values()];
    if (secrets.length === 0) return "the code uses none";
    const { items } = await signedIn!.client.listSecrets({ params: { namespaceId: namespace!.id } });
    const isSet = (secret: DeclaredSecret) =>
      items.some(({ name, credential }) => name === secret.name && credential === secret.credential);
    const missing = secrets.filter((secret) => !isSet(secret));
    if (missing.length > 0)
      throw new FlowwError(
        "SECRET_MISSING",
        `The workflow uses what is not set in ${namespace!.name}: ${missing.map(shownName).join(", ")}.`,
        { fix: `Run: ${missing.map(commandFor).join(" && ")}` },
      );
    return `all ${secrets.length} that the code uses are set`;
  },
};

function shownName({ name, credential }: DeclaredSecret): string {
  return credential === "default" ? name : `${name} (${credential})`;
}

function commandFor({ name, credential, jsonSchema }: DeclaredSecret): string {
  const fields = Object.keys((jsonSchema?.properties as object | undefined) ?? {});
  return [
    `floww secrets set ${quoted(name)}`,
    ...(credential === "default" ? [] : [`--credential ${quoted(credential)}`]),
    ...(fields.length === 0 ? [] : [`--field ${quoted(fields.join(","))}`]),
  ].join(" ");
}

/** For a shell: it came out of code, and somebody will paste it. */
function quoted(text: string): string {
  return /^[\w.,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
