import type { JsonObject } from "@floww/contract/abi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { WebhookError } from "./webhook-error.ts";

/** Checks a value against any Standard Schema (https://standardschema.dev): its output, or a 400 that lists the reasons. */
export async function parseWith<T>(schema: StandardSchemaV1<unknown, T>, value: unknown): Promise<T> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  throw new WebhookError(400, {
    error: {
      code: "WEBHOOK_INPUT_INVALID",
      message: "The body does not have the shape that this workflow takes.",
      issues: result.issues.slice(0, 50).map((issue) => ({
        path: (issue.path ?? []).map((step) => (typeof step === "object" ? step.key : step)).map(String),
        message: issue.message,
      })),
    },
  });
}

export function isStandardSchema(value: object): value is StandardSchemaV1 {
  return "~standard" in value;
}

/** The JSON Schema of a Standard Schema that can say it (Standard JSON Schema 1); undefined for one that cannot. */
export function jsonSchemaOf(schema: StandardSchemaV1): JsonObject | undefined {
  const standard = schema["~standard"] as { jsonSchema?: { input(options: { target: string }): JsonObject } };
  try {
    return standard.jsonSchema?.input({ target: "draft-2020-12" });
  } catch {
    // A transform or a custom check has no JSON Schema: the form is then free text, and the schema still checks.
    return undefined;
  }
}
