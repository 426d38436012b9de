import { deliveryVerdicts } from "@floww/contract/api";
import { type Named, useProviderNames, useWorkflowNames } from "../../lib/names.ts";
import { Button } from "../../ui/button.tsx";
import { verdictLabel } from "../../ui/delivery-verdict.tsx";
import { Select } from "../../ui/select.tsx";
import type { DeliverySearch } from "./delivery-search.ts";
import { TimeFilter } from "./time-filter.tsx";

interface DeliveryFiltersProps {
  search: DeliverySearch;
  onChange(search: DeliverySearch): void;
}

const ANY = "any";

/** What the list is narrowed to. */
export function DeliveryFilters({ search, onChange }: DeliveryFiltersProps) {
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  const pick = (part: keyof DeliverySearch) => (value: string) =>
    onChange({ ...search, [part]: value === ANY ? undefined : value });
  const verdicts = deliveryVerdicts.map((verdict) => ({ value: verdict, label: verdictLabel(verdict) }));
  return (
    <search className="mb-4 flex flex-wrap items-end gap-2" aria-label="Deliveries">
      <Select
        label="Verdict"
        value={search.verdict ?? ANY}
        options={[{ value: ANY, label: "Every verdict" }, ...verdicts]}
        onChange={pick("verdict")}
      />
      <Select
        label="Workflow"
        value={search.workflowId ?? ANY}
        options={choices("Every workflow", useWorkflowNames(), search.workflowId)}
        onChange={pick("workflowId")}
        className="max-w-56"
      />
      <Select
        label="Provider"
        value={search.providerId ?? ANY}
        options={choices("Every provider", useProviderNames(), search.providerId)}
        onChange={pick("providerId")}
        className="max-w-56"
      />
      <TimeFilter search={search} onChange={onChange} />
      {isFiltered ? (
        <Button look="quiet" onClick={() => onChange({})}>
          Clear filters
        </Button>
      ) : undefined}
    </search>
  );
}

/** What the address asks for stays to be chosen when it is not there any more. */
function choices(every: string, named: readonly Named[], chosen: string | undefined) {
  const isThere = chosen === undefined || named.some(({ id }) => id === chosen);
  return [
    { value: ANY, label: every },
    ...named.map(({ id, name }) => ({ value: id, label: name })),
    ...(isThere ? [] : [{ value: chosen, label: chosen }]),
  ];
}
