import { bundleAbi, type SecretField, type SecretUse } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { callHost } from "./call-host.ts";
import { jsonSchemaOf } from "./schema.ts";
import { withSource } from "./source-location.ts";

/** The names of a value's texts, and of its lists of texts. */
type TextField<T> = {
  [Name in keyof T & string]: T[Name] extends string | readonly string[] ? Name : never;
}[keyof T & string];

/** What the API takes, so that whatever is declared can also be set. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * A secret of the namespace, declared at top level and read in a handler. `floww secrets set <name>` gives it its value;
 * a deploy without one is refused. What a run has read is masked in its logs.
 *
 * @example
 * const stripe = new Secret("stripe", z.object({ apiKey: z.string() }));
 * const { apiKey } = await stripe.value();
 */
export class Secret<T = unknown> {
  readonly name: string;
  readonly credential: string;
  readonly #schema: StandardSchemaV1<unknown, T>;

  /**
   * @param name 1 to 63 letters, digits, `-`, `_` or `.`.
   * @param schema any Standard Schema of an object (zod, valibot, arktype, …).
   * @param credential which of several values under this name; default `default`.
   */
  constructor(name: string, schema: StandardSchemaV1<unknown, T>, credential = "default") {
    for (const text of [name, credential]) {
      if (!NAME.test(text))
        throw new FlowwError("NAME_INVALID", `${JSON.stringify(text)} cannot name a secret.`);
    }
    this.name = name;
    this.credential = credential;
    this.#schema = schema;
    this.#declare();
  }

  /**
   * The value as its schema gives it; read anew each time, so that a rotated secret is seen at once.
   *
   * @throws FlowwError SECRET_MISSING, SECRET_INVALID, SECRET_UNDECLARED, TOP_LEVEL_CALL
   */
  value(): Promise<T> {
    const called = callHost("secret.value", { name: this.name, credential: this.credential });
    return called.then(({ value }) => this.#parse(JSON.parse(value)));
  }

  /**
   * One text of the value, named and not read: for what the server checks by itself, such as a webhook's `auth`.
   *
   * @example
   * builtin.triggers.onWebhook({ auth: { bearer: shop.field("token") }, handler });
   */
  field(field: TextField<T>): SecretField {
    return { name: this.name, credential: this.credential, field };
  }

  #declare(): void {
    const abi = bundleAbi();
    // One that is made inside a run is no declaration: the manifest is long written, and the list would only grow.
    if (abi.host?.current() !== undefined) return;
    const jsonSchema = jsonSchemaOf(this.#schema);
    const use: SecretUse = { name: this.name, credential: this.credential };
    if (jsonSchema !== undefined) use.jsonSchema = jsonSchema;
    abi.secrets.push(withSource(use, Secret as unknown as (...args: never[]) => unknown));
  }

  async #parse(stored: unknown): Promise<T> {
    const result = await this.#schema["~standard"].validate(stored);
    if (result.issues === undefined) return result.value;
    // Paths only: a schema's message may quote the value.
    const paths = result.issues
      .slice(0, 20)
      .map(({ path = [] }) => path.map(stepName).join(".") || "the value");
    throw new FlowwError(
      "SECRET_INVALID",
      `The secret "${this.name}" does not fit its schema at: ${paths.join(", ")}.`,
    );
  }
}

function stepName(step: PropertyKey | StandardSchemaV1.PathSegment): string {
  return String(typeof step === "object" ? step.key : step);
}
