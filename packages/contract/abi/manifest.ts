import * as z from "zod";
import { limits } from "../limits.ts";

/** What enumerating a bundle returns. It comes out of user code, so the server parses it like any input. */

// PostgreSQL's text cannot hold U+0000, and no id of ours needs a control character.
const printable = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\u0000-\u001f\u007f]+$/u, "must not hold control characters");

const sourceLocation = z.object({
  file: z.string().max(1024),
  line: z.number().int(),
  column: z.number().int(),
});

const json: z.ZodType<unknown> = z.json();

export const manifestTrigger = z.object({
  handlerId: printable(512),
  provider: z.object({ type: printable(64), alias: printable(64) }),
  type: printable(64),
  key: printable(512),
  input: z.record(z.string(), json),
  source: sourceLocation.optional(),
});

export const manifest = z.object({
  abi: z.literal(1),
  triggers: z.array(manifestTrigger).max(limits.triggersPerWorkflowMax),
  providers: z
    .array(z.object({ type: printable(64), alias: printable(64), source: sourceLocation.optional() }))
    .max(100),
  secrets: z
    .array(
      z.object({
        name: printable(128),
        credential: printable(64),
        jsonSchema: z.record(z.string(), json).optional(),
        source: sourceLocation.optional(),
      }),
    )
    .max(500),
  warnings: z.array(z.string().max(2048)).max(500),
});

export type Manifest = z.infer<typeof manifest>;
export type ManifestTrigger = z.infer<typeof manifestTrigger>;
