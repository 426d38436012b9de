import type { RouteAnswer, Routes } from "@floww/contract/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import type { KvTableName } from "./kv-search.ts";

export type KvItem = RouteAnswer<Routes["getKvItem"]>;

/** A table's items by key, in pages; the last key seen is where the next page begins. */
export function useKvItems({ store, table }: KvTableName, prefix: string | undefined) {
  const namespaceId = useNamespaceId();
  const query = { store, table, prefix };
  return useInfiniteQuery({
    queryKey: ["listKvItems", { params: { namespaceId }, query }, "pages"],
    queryFn: ({ pageParam }) =>
      api.listKvItems({ params: { namespaceId }, query: { ...query, after: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ items, hasMore }) => (hasMore ? items.at(-1)?.key : undefined),
  });
}
