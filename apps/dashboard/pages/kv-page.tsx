import { useNavigate, useSearch } from "@tanstack/react-router";
import { ItemDialog } from "../features/kv/item-dialog.tsx";
import { KvItems } from "../features/kv/kv-items.tsx";
import { KvTables } from "../features/kv/kv-tables.tsx";
import { NewItem } from "../features/kv/new-item.tsx";
import { useApi } from "../lib/api.ts";
import { useMay, useNamespaceId } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { Empty } from "../ui/states.tsx";

export function KvPage() {
  const namespaceId = useNamespaceId();
  const from = "/ns/$namespaceId/kv";
  const search = useSearch({ from });
  const navigate = useNavigate({ from });
  const mayWrite = useMay("kv.write");
  const tables = useApi("listKvTables", { params: { namespaceId } });
  const first = tables.data?.items[0];
  // Without a table in the address, the first is looked at.
  const named =
    search.table === undefined ? undefined : { store: search.store ?? "default", table: search.table };
  const of = named ?? (first === undefined ? undefined : { store: first.store, table: first.table });
  return (
    <>
      <PageHeader
        title="KV"
        lead="What workflows keep from one run to the next."
        actions={mayWrite ? <NewItem of={of} onSet={(set) => void navigate({ search: set })} /> : undefined}
      />
      <QueryView query={tables}>
        {({ items }) =>
          of === undefined ? (
            <Card>
              <Empty title="No tables yet">
                A workflow makes one by its first write: <code>new KVStore("main").getTable("orders")</code>.
              </Empty>
            </Card>
          ) : (
            <div className="grid items-start gap-4 md:grid-cols-[14rem_minmax(0,1fr)]">
              <Card isFlush>
                <KvTables tables={items} search={of} />
              </Card>
              <Card title={of.table} isFlush>
                <KvItems
                  key={`${of.store}\n${of.table}`}
                  of={of}
                  prefix={search.prefix}
                  onPrefix={(prefix) => void navigate({ search: { ...of, prefix } })}
                />
              </Card>
              <ItemDialog
                of={of}
                itemKey={search.key}
                onClose={() => void navigate({ search: { ...search, key: undefined } })}
              />
            </div>
          )
        }
      </QueryView>
    </>
  );
}
