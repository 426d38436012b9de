import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, useChange } from "../../lib/api.ts";
import { formatCount } from "../../lib/format.ts";
import { useMay, useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Select } from "../../ui/select.tsx";
import { Loading } from "../../ui/states.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { BulkPreview } from "./bulk-preview.tsx";
import type { executionFilterOf } from "./execution-search.ts";

type Filter = ReturnType<typeof executionFilterOf>;

/** Replays or cancels all that the filters let through; what that would be is shown first. */
export function BulkActions({ filter }: { filter: Filter }) {
  const mayWrite = useMay("execution.write");
  const [open, setOpen] = useState<"replay" | "cancel">();
  if (!mayWrite) return undefined;
  const close = () => setOpen(undefined);
  return (
    <>
      <Button onClick={() => setOpen("replay")}>Replay all</Button>
      <Button onClick={() => setOpen("cancel")}>Cancel all</Button>
      {open === "replay" ? <ReplayAll filter={filter} onClose={close} /> : undefined}
      {open === "cancel" ? <CancelAll filter={filter} onClose={close} /> : undefined}
    </>
  );
}

const VERSIONS = [
  { value: "current", label: "The version that is live now" },
  { value: "original", label: "The version that ran it then" },
] as const;

type Version = (typeof VERSIONS)[number]["value"];

function ReplayAll({ filter, onClose }: { filter: Filter; onClose(): void }) {
  const namespaceId = useNamespaceId();
  const say = useSay();
  const [deployment, setDeployment] = useState<Version>("current");
  const request = { params: { namespaceId }, body: { executions: filter } };
  const preview = useQuery({
    queryKey: ["previewReplay", request],
    queryFn: () => api.previewReplay(request),
  });
  const replay = useChange("createReplay");
  const confirm = async () => {
    const started = await replay.mutateAsync({ ...request, body: { ...request.body, deployment } });
    onClose();
    say(`Replaying ${formatCount(started.total)} executions`, `At most ${started.rate} a second.`);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Replay all that fit"
      lead="Those that have finished and that nobody has replayed yet, oldest first."
    >
      <QueryView query={preview} loading={<Loading rows={3} />}>
        {({ total, sample }) => (
          <>
            <BulkPreview
              total={total}
              what="executions would run again"
              sample={sample.map(({ id, at, state }) => ({ id, at, state, name: id }))}
            />
            <Field label="Version" className="mt-4">
              <Select
                label="Version"
                value={deployment}
                options={VERSIONS}
                onChange={(value) => setDeployment(value as Version)}
              />
            </Field>
            <Problem error={replay.error} />
            <DialogActions>
              <Button onClick={onClose}>Close</Button>
              <Button
                look="primary"
                disabled={total === 0}
                isBusy={replay.isPending}
                onClick={() => void confirm().catch(() => undefined)}
              >
                Replay {formatCount(total)}
              </Button>
            </DialogActions>
          </>
        )}
      </QueryView>
    </Dialog>
  );
}

function CancelAll({ filter, onClose }: { filter: Filter; onClose(): void }) {
  const namespaceId = useNamespaceId();
  const say = useSay();
  const request = { params: { namespaceId }, body: { executions: filter } };
  const preview = useQuery({
    queryKey: ["previewCancel", request],
    queryFn: () => api.previewCancel(request),
  });
  const cancel = useChange("cancelExecutions");
  const confirm = async () => {
    let cancelled = 0;
    for (let hasMore = true; hasMore; ) {
      const done = await cancel.mutateAsync(request);
      cancelled += done.cancelled;
      hasMore = done.hasMore && done.cancelled > 0;
    }
    onClose();
    say(`Cancelled ${formatCount(cancelled)} executions`);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Cancel all that fit"
      lead="Those that have not finished, with what they invoked. What a handler has done already stays done."
    >
      <QueryView query={preview} loading={<Loading rows={3} />}>
        {({ total, sample }) => (
          <>
            <BulkPreview
              total={total}
              what="executions would end"
              sample={sample.map(({ id, createdAt, status, workflowName }) => ({
                id,
                at: createdAt,
                state: status,
                name: workflowName,
              }))}
            />
            <Problem error={cancel.error} />
            <DialogActions>
              <Button onClick={onClose}>Keep them</Button>
              <Button
                look="danger"
                disabled={total === 0}
                isBusy={cancel.isPending}
                onClick={() => void confirm().catch(() => undefined)}
              >
                Cancel {formatCount(total)}
              </Button>
            </DialogActions>
          </>
        )}
      </QueryView>
    </Dialog>
  );
}
