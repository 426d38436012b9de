import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Select } from "../../ui/select.tsx";
import { Empty, Loading } from "../../ui/states.tsx";

interface ReplayFromStepProps {
  params: { namespaceId: string; executionId: string };
  onClose(): void;
  onStarted(executionId: string): void;
}

/** Keeps what the steps before one came to, and begins with that one. */
export function ReplayFromStep({ params, onClose, onStarted }: ReplayFromStepProps) {
  const steps = useApi("listSteps", { params });
  const [chosen, setChosen] = useState<string>();
  const replay = useChange("replayExecution");
  const run = async (fromStep: string) => {
    const { executionId } = await replay.mutateAsync({ params, body: { deployment: "original", fromStep } });
    onClose();
    onStarted(executionId);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Replay from a step"
      lead="Steps before it keep their results; it and all that follow run again, on the version that ran them."
    >
      <QueryView query={steps} loading={<Loading rows={2} />}>
        {({ items }) => {
          const first = items[0];
          if (first === undefined)
            return (
              <Empty title="It has no steps">A handler without steps runs again from its beginning.</Empty>
            );
          const step = chosen ?? first.key;
          return (
            <>
              <Field label="Begin with">
                <Select
                  label="Begin with"
                  value={step}
                  options={items.map(({ key }) => ({ value: key, label: key }))}
                  onChange={setChosen}
                />
              </Field>
              <Problem error={replay.error} />
              <DialogActions>
                <Button onClick={onClose}>Close</Button>
                <Button
                  look="primary"
                  isBusy={replay.isPending}
                  onClick={() => void run(step).catch(() => undefined)}
                >
                  Replay
                </Button>
              </DialogActions>
            </>
          );
        }}
      </QueryView>
    </Dialog>
  );
}
