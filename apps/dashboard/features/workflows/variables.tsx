import { type FormEvent, useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import type { WorkflowParams } from "./types.ts";

const COLUMNS = [
  { title: "Name" },
  { title: "By" },
  { title: "Changed" },
  { title: "Actions", isHidden: true },
];

/** The workflow's own `process.env`: names only, for values never come back. */
export function Variables({ params }: { params: WorkflowParams }) {
  const mayWrite = useMay("secret.write");
  const variables = useApi("listVariables", { params });
  const remove = useChange("deleteVariable");
  const [edited, setEdited] = useState<string>();
  const [removed, setRemoved] = useState<string>();
  return (
    <Card
      title="Variables"
      isFlush
      actions={mayWrite ? <Button onClick={() => setEdited("")}>Set a variable</Button> : undefined}
    >
      <QueryView query={variables}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No variables">
              What stands here is the handlers' <code>process.env</code>. Values can be replaced, and never
              read again.
            </Empty>
          ) : (
            <Table label="Variables" columns={COLUMNS}>
              {items.map(({ name, updatedAt, updatedBy }) => (
                <Row key={name}>
                  <Cell className="font-mono text-xs">{name}</Cell>
                  <Cell className="max-w-48 truncate text-soft">{updatedBy}</Cell>
                  <Cell>
                    <Ago at={updatedAt} />
                  </Cell>
                  <Cell>
                    {mayWrite ? (
                      <div className="flex justify-end gap-2">
                        <Button aria-label={`Replace ${name}`} onClick={() => setEdited(name)}>
                          Replace
                        </Button>
                        <Button look="danger" aria-label={`Delete ${name}`} onClick={() => setRemoved(name)}>
                          Delete
                        </Button>
                      </div>
                    ) : undefined}
                  </Cell>
                </Row>
              ))}
            </Table>
          )
        }
      </QueryView>
      {edited === undefined ? undefined : (
        <SetVariable params={params} name={edited} onClose={() => setEdited(undefined)} />
      )}
      <Confirm
        isOpen={removed !== undefined}
        onClose={() => setRemoved(undefined)}
        title={`Delete ${removed ?? ""}?`}
        action="Delete it"
        isDangerous
        change={remove}
        onConfirm={() =>
          void remove.mutateAsync({ params: { ...params, name: removed ?? "" } }).then(
            () => setRemoved(undefined),
            () => undefined,
          )
        }
      >
        The next run is without it.
      </Confirm>
    </Card>
  );
}

interface SetVariableProps {
  params: WorkflowParams;
  /** Empty: a new one. */
  name: string;
  onClose(): void;
}

function SetVariable({ params, name, onClose }: SetVariableProps) {
  const set = useChange("setVariable");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: name === "" ? String(form.get("name")) : name, value: String(form.get("value")) };
    await set.mutateAsync({ params, body });
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={name === "" ? "Set a variable" : `Replace ${name}`}
      lead="It is encrypted at once, and the next run sees it."
    >
      <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
        {name === "" ? (
          <Field label="Name">
            <Input name="name" required pattern="[A-Za-z_][A-Za-z0-9_]*" maxLength={128} autoComplete="off" />
          </Field>
        ) : undefined}
        <Field label="Value">
          <Input name="value" type="password" autoComplete="off" />
        </Field>
        <Problem error={set.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isBusy={set.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
