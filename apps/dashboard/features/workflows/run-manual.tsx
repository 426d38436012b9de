import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { type Json, readJson } from "../../lib/read-json.ts";
import { defaultsOf, type JsonSchema, readFields } from "../../lib/schema-fields.ts";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/problem.tsx";
import { SchemaForm } from "../../ui/schema-form.tsx";
import type { Trigger, WorkflowParams } from "./types.ts";

interface RunManualProps {
  params: WorkflowParams;
  trigger: Trigger;
  onClose(): void;
}

/** Runs a manual trigger: a form where its schema says what it takes, else JSON. */
export function RunManual({ params, trigger, onClose }: RunManualProps) {
  const run = useChange("runManualTrigger");
  const navigate = useNavigate();
  const fields = readFields(trigger.inputSchema as JsonSchema | undefined);
  const [value, setValue] = useState<Json>(() => defaultsOf(fields ?? []));
  const [text, setText] = useState("{}");
  const isForm = fields !== undefined;
  const parsed = isForm ? { json: value } : readJson(text);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (parsed === undefined) return;
    const { executionId } = await run.mutateAsync({
      params: { ...params, name: trigger.name ?? "" },
      body: { input: parsed.json },
    });
    await navigate({
      to: "/ns/$namespaceId/executions/$executionId",
      params: { namespaceId: params.namespaceId, executionId },
    });
  };
  return (
    <Dialog
      isOpen
      isWide={!isForm}
      onClose={onClose}
      title={`Run ${trigger.name ?? ""}`}
      lead="The execution opens as soon as it is recorded."
    >
      <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
        {isForm ? (
          <SchemaForm fields={fields} value={value} onChange={setValue} />
        ) : (
          <CodeEditor
            label="Input"
            language="json"
            value={text}
            onChange={setText}
            isInvalid={parsed === undefined}
          />
        )}
        {parsed === undefined ? <p className="text-danger">This is not JSON yet.</p> : undefined}
        <Problem error={run.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={parsed === undefined} isBusy={run.isPending}>
            Run
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
