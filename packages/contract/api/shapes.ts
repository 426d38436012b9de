import { z } from "zod";
import { type IdKind, parseId } from "../ids.ts";
import { limits } from "../limits.ts";

export function id(kind: IdKind) {
  return z.string().refine((value) => parseId(kind, value) !== undefined, { message: `is not a ${kind} id` });
}

export const instant = z.iso.datetime();

/** By when something was received, from the one up to the other. */
export const timeRange = { from: instant.optional(), to: instant.optional() };

export const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    "must be 1 to 63 letters, digits, -, _ or ., beginning with a letter or digit",
  );

/** Lists come newest first, in pages; `cursor` is the `nextCursor` of the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(limits.pageSizeMax).default(limits.pageSize),
  cursor: z.string().max(200).optional(),
};

export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

/** `providers` of floww.yaml: type, then the name in code, then the provider that it stands for. */
export const providerMappings = z.record(name, z.record(name, id("provider"))).default({});

export const namespaceParams = z.object({ namespaceId: id("namespace") });
export const workflowParams = z.object({ namespaceId: id("namespace"), workflowId: id("workflow") });
