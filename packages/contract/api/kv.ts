import * as z from "zod";
import { limits } from "../limits.ts";
import { route } from "./route.ts";
import { id, instant, namespaceParams } from "./shapes.ts";

const named = { store: z.string().default("default"), table: z.string() };

export const kvItem = z.object({
  key: z.string(),
  /** As the SDK wrote it: what JSON cannot hold (Date, Map, bytes, …) is an object `{"$floww": [type, content]}`. */
  value: z.json(),
  version: z.number().int(),
  createdAt: instant,
  updatedAt: instant,
  expiresAt: instant.optional(),
});

export const kvTable = z.object({
  store: z.string(),
  table: z.string(),
  /** The workflow that made it, if one did. */
  ownerId: id("workflow").optional(),
  createdAt: instant,
});

const base = "/api/namespaces/:namespaceId/kv";

/** Names and keys stand in the query: they may hold `/` and `..`. */
export const kvRoutes = {
  listKvTables: route({
    method: "GET",
    path: `${base}/tables`,
    summary: "Lists the tables of all KV stores of a namespace, by store and name.",
    permission: "kv.read",
    params: namespaceParams,
    reply: z.object({ items: z.array(kvTable) }),
  }),
  listKvItems: route({
    method: "GET",
    path: `${base}/items`,
    summary: "Lists a table's items by key; the last key seen is the next page's `after`.",
    permission: "kv.read",
    params: namespaceParams,
    query: z.object({
      ...named,
      prefix: z.string().optional(),
      after: z.string().optional(),
      limit: z.coerce.number().int().min(1).max(limits.kvPageSizeMax).default(limits.pageSize),
    }),
    reply: z.object({ items: z.array(kvItem), hasMore: z.boolean() }),
    errors: ["KEY_INVALID"],
  }),
  getKvItem: route({
    method: "GET",
    path: `${base}/item`,
    summary: "Shows one item.",
    permission: "kv.read",
    params: namespaceParams,
    query: z.object({ ...named, key: z.string() }),
    reply: kvItem,
    errors: ["KEY_INVALID"],
  }),
  setKvItem: route({
    method: "PUT",
    path: `${base}/item`,
    summary: "Sets one item; its table is made when there is none.",
    permission: "kv.write",
    params: namespaceParams,
    body: z.strictObject({
      ...named,
      key: z.string(),
      value: z.json(),
      ttlMs: z.number().int().min(1).max(limits.kvTtlMsMax).optional(),
      /** Only in place of this one; null: only where nothing is. Default: in place of whatever is there. */
      version: z.number().int().nullable().optional(),
    }),
    reply: z.object({ version: z.number().int() }),
    errors: ["KEY_INVALID", "VALUE_TOO_LARGE", "STATE_CONFLICT"],
  }),
  deleteKvItem: route({
    method: "DELETE",
    path: `${base}/item`,
    summary: "Deletes one item.",
    permission: "kv.write",
    params: namespaceParams,
    query: z.object({ ...named, key: z.string() }),
    status: 204,
    errors: ["KEY_INVALID"],
  }),
};
