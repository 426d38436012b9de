import type { JsonObject, ManualEventHead, TriggerRegistration } from "@floww/contract/abi";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { isStandardSchema, jsonSchemaOf, parseWith } from "../schema.ts";
import { withSource } from "../source-location.ts";
import { decodeBody } from "./decode-body.ts";
import { type BatchTrigger, invokeBuiltin, registerTrigger, type Trigger } from "./trigger.ts";
import {
  handlersOf,
  type InBatches,
  type OneByOne,
  type TriggerOptions,
  wireOptions,
} from "./trigger-options.ts";

export interface ManualEvent<Input = unknown> {
  manually_triggered: true;
  /** Who started it: a user's id or a service account's. */
  triggered_by: string;
  input_data: Input;
}

interface ManualListening<Input> extends TriggerOptions {
  /** Unique in the workflow: `floww trigger <name>`. */
  name: string;
  description?: string;
  /** JSON Schema (checked by the server), or any Standard Schema (checked here, and it types `input_data`). */
  inputSchema?: StandardSchemaV1<unknown, Input> | JsonObject;
}

export interface ManualInput<Input> extends ManualListening<Input>, OneByOne<ManualEvent<Input>> {}

export interface ManualBatchInput<Input> extends ManualListening<Input>, InBatches<ManualEvent<Input>> {}

/**
 * Runs when a person or a script says so: `floww trigger <name> --data '{…}'`, the dashboard's form, the API.
 *
 * @example
 * builtin.triggers.onManual({ name: "backfill", handler: (ctx, event) => event.input_data });
 */
export function onManual<Input = unknown>(input: ManualInput<Input>): Trigger<Partial<ManualEvent>>;
export function onManual<Input = unknown>(input: ManualBatchInput<Input>): BatchTrigger<Partial<ManualEvent>>;
export function onManual<Input>(
  input: ManualInput<Input> | ManualBatchInput<Input>,
): BatchTrigger<Partial<ManualEvent>> {
  const { inputSchema } = input;
  const standard = inputSchema !== undefined && isStandardSchema(inputSchema) ? inputSchema : undefined;
  const jsonSchema =
    standard === undefined ? (inputSchema as JsonObject | undefined) : jsonSchemaOf(standard);
  const wire: JsonObject = { name: input.name, ...wireOptions(input) };
  if (input.description !== undefined) wire.description = input.description;
  if (jsonSchema !== undefined) wire.inputSchema = jsonSchema;
  const declared: TriggerRegistration = {
    provider: { type: "builtin", alias: "default" },
    type: "onManual",
    key: input.name,
    input: wire,
    ...(input.id === undefined ? {} : { id: input.id }),
    ...handlersOf<ManualEvent<Input>>(input, async ({ head, body }) => {
      const data = decodeBody("application/json", body);
      return {
        manually_triggered: true as const,
        triggered_by: (head as ManualEventHead).triggeredBy,
        input_data: (standard === undefined ? data : await parseWith(standard, data)) as Input,
      };
    }),
  };
  return registerTrigger(withSource(declared, onManual));
}

/** In tests: runs every manual trigger's handler. */
onManual.invoke = (event: Partial<ManualEvent> | Partial<ManualEvent>[] = {}) =>
  invokeBuiltin("onManual", event);
