import { email, password, passwordLength, personName } from "@floww/contract/api";
import { z } from "zod";
import type { NewPerson } from "../../domain/identity/people.ts";
import { field } from "./layout.ts";

const person = z.object({ name: personName, email, password });

/** What a person typed, or what to tell them about it. */
export function readPerson(form: URLSearchParams): { person: NewPerson } | { problem: string } {
  const read = person.safeParse(Object.fromEntries(form));
  if (read.success) return { person: read.data };
  const wrong = new Set(read.error.issues.map(({ path }) => String(path[0])));
  if (wrong.has("email")) return { problem: "That is not an e-mail address." };
  if (wrong.has("password"))
    return { problem: `The password must have ${passwordLength.min} to ${passwordLength.max} characters.` };
  return { problem: "Please say your name, in at most 100 characters." };
}

export function personFields(form: URLSearchParams, { fixedEmail }: { fixedEmail?: string } = {}) {
  return [
    field({
      name: "name",
      label: "Your name",
      type: "text",
      autocomplete: "name",
      value: form.get("name") ?? "",
      maxLength: 100,
    }),
    field({
      name: "email",
      label: "E-mail",
      type: "email",
      autocomplete: "username",
      value: fixedEmail ?? form.get("email") ?? "",
      isReadonly: fixedEmail !== undefined,
    }),
    field({
      name: "password",
      label: "Password",
      hint: `${passwordLength.min} characters or more`,
      type: "password",
      autocomplete: "new-password",
      minLength: passwordLength.min,
      maxLength: passwordLength.max,
    }),
  ];
}
