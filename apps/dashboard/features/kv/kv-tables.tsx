import type { kvTable } from "@floww/contract/api";
import { Link } from "@tanstack/react-router";
import type { z } from "zod";
import { classNames } from "../../lib/class-names.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { useWorkflowNames } from "../../lib/names.ts";
import type { KvSearch, KvTableName } from "./kv-search.ts";

type KvTable = z.output<typeof kvTable>;

interface KvTablesProps {
  tables: readonly KvTable[];
  search: KvSearch;
}

/** The tables by store; the one that is looked at is marked. */
export function KvTables({ tables, search }: KvTablesProps) {
  const namespaceId = useNamespaceId();
  const names = new Map(useWorkflowNames().map(({ id, name }) => [id, name]));
  const stores = [...new Set(tables.map(({ store }) => store))];
  return (
    <nav aria-label="Tables" className="grid max-h-60 gap-3 overflow-y-auto p-2 md:max-h-[70dvh]">
      {stores.map((store) => (
        <section key={store} aria-label={`Store ${store}`}>
          <h2 className="px-2 py-1 text-xs font-medium text-soft [overflow-wrap:anywhere]">{store}</h2>
          <ul>
            {tables
              .filter((one) => one.store === store)
              .map(({ table, ownerId }) => (
                <li key={table}>
                  <Link
                    to="/ns/$namespaceId/kv"
                    params={{ namespaceId }}
                    search={{ store, table }}
                    // The first is looked at where the address names none.
                    aria-current={isShown(search, { store, table }) ? "page" : undefined}
                    // Else the router would say which is the current one, and an open item would be another page.
                    activeOptions={{ exact: true, includeSearch: true }}
                    className={classNames(
                      "block rounded-lg px-2 py-1.5 [overflow-wrap:anywhere] hover:bg-hover",
                      isShown(search, { store, table }) && "bg-hover font-medium",
                    )}
                  >
                    {table}
                    {ownerId === undefined ? undefined : (
                      <span className="block text-xs font-normal text-soft">
                        of {names.get(ownerId) ?? "a deleted workflow"}
                      </span>
                    )}
                  </Link>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function isShown(search: KvSearch, { store, table }: KvTableName): boolean {
  return search.store === store && search.table === table;
}
