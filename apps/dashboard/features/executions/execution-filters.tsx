import { executionStatuses } from "@floww/contract/api";
import { itemsOf, useApi, useApiPages } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { timeRanges } from "../../lib/time-ranges.ts";
import { Button } from "../../ui/button.tsx";
import { statusLabel } from "../../ui/execution-status.tsx";
import { SearchInput } from "../../ui/search-input.tsx";
import { Select } from "../../ui/select.tsx";
import type { ExecutionSearch } from "./execution-search.ts";

const ANY = "";

interface ExecutionFiltersProps {
  search: ExecutionSearch;
  onChange(search: ExecutionSearch): void;
}

/** Which executions are looked at: by text, status, workflow, trigger, version and time. */
export function ExecutionFilters({ search, onChange }: ExecutionFiltersProps) {
  const namespaceId = useNamespaceId();
  const workflows = useApiPages("listWorkflows", { params: { namespaceId } });
  const set = (change: Partial<ExecutionSearch>) => onChange({ ...search, ...change });
  const isFiltered = Object.values(search).some((value) => value !== undefined);
  return (
    <div className="flex flex-wrap items-center gap-2 border-b px-4 py-3">
      <SearchInput
        label="Search in events, answers, errors and logs"
        placeholder="Search"
        value={search.text ?? ""}
        onChange={(text) => set({ text: text === "" ? undefined : text })}
      />
      <Select
        label="Status"
        value={search.status ?? ANY}
        options={[
          { value: ANY, label: "Any status" },
          ...executionStatuses.map((value) => ({ value, label: statusLabel(value) })),
        ]}
        onChange={(status) =>
          set({ status: status === ANY ? undefined : (status as ExecutionSearch["status"]) })
        }
      />
      <Select
        label="Workflow"
        value={search.workflow ?? ANY}
        options={[
          { value: ANY, label: "Any workflow" },
          ...itemsOf(workflows.data).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(workflow) =>
          set({ workflow: workflow === ANY ? undefined : workflow, trigger: undefined, version: undefined })
        }
      />
      {search.workflow === undefined ? undefined : (
        <WorkflowFilters search={search} workflowId={search.workflow} onChange={set} />
      )}
      <Select
        label="Time"
        value={search.range ?? ANY}
        options={[{ value: ANY, label: "Any time" }, ...timeRanges]}
        onChange={(range) => set({ range: range === ANY ? undefined : (range as ExecutionSearch["range"]) })}
      />
      {isFiltered ? (
        <Button look="quiet" onClick={() => onChange({})}>
          Clear
        </Button>
      ) : undefined}
    </div>
  );
}

interface WorkflowFiltersProps {
  search: ExecutionSearch;
  workflowId: string;
  onChange(change: Partial<ExecutionSearch>): void;
}

/** Triggers and versions belong to one workflow, so these stand only where one was chosen. */
function WorkflowFilters({ search, workflowId, onChange }: WorkflowFiltersProps) {
  const namespaceId = useNamespaceId();
  const params = { namespaceId, workflowId };
  const triggers = useApi("listTriggers", { params });
  const deployments = useApiPages("listDeployments", { params });
  return (
    <>
      <Select
        label="Trigger"
        value={search.trigger ?? ANY}
        options={[
          { value: ANY, label: "Any trigger" },
          ...(triggers.data?.items ?? []).map(({ id, handlerId }) => ({ value: id, label: handlerId })),
        ]}
        onChange={(trigger) => onChange({ trigger: trigger === ANY ? undefined : trigger })}
      />
      <Select
        label="Version"
        value={search.version ?? ANY}
        options={[
          { value: ANY, label: "Any version" },
          ...itemsOf(deployments.data).map(({ id, version }) => ({ value: id, label: `v${version}` })),
        ]}
        onChange={(version) => onChange({ version: version === ANY ? undefined : version })}
      />
    </>
  );
}
