import type { Json } from "./read-json.ts";

/** The part of JSON Schema that forms are made of; the rest is left to the server, which knows the whole. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: Json;
  enum?: Json[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  format?: string;
}

export interface SchemaField {
  name: string;
  label: string;
  help: string | undefined;
  isRequired: boolean;
  kind: "text" | "number" | "integer" | "boolean" | "choice" | "json";
  schema: JsonSchema;
}

/** One field for each property; undefined where the schema is not that of an object, and JSON has to do. */
export function readFields(schema: JsonSchema | undefined): SchemaField[] | undefined {
  if (schema?.type !== "object" || schema.properties === undefined) return undefined;
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties).map(([name, property]) => ({
    name,
    label: property.title ?? name,
    help: property.description,
    isRequired: required.has(name),
    kind: kindOf(property),
    schema: property,
  }));
}

function kindOf({ type, enum: choices }: JsonSchema): SchemaField["kind"] {
  if (choices?.every((choice) => typeof choice === "string")) return "choice";
  if (type === "string") return "text";
  if (type === "number" || type === "integer" || type === "boolean") return type;
  return "json";
}

/** What a form begins with. */
export function defaultsOf(fields: readonly SchemaField[]): { [name: string]: Json } {
  const entries = fields.flatMap(({ name, kind, schema }): [string, Json][] => {
    if (schema.default !== undefined) return [[name, schema.default]];
    return kind === "boolean" ? [[name, false]] : [];
  });
  return Object.fromEntries(entries);
}
