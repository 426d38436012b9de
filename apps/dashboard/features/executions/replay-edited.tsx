import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { readJson } from "../../lib/read-json.ts";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { Select } from "../../ui/select.tsx";
import type { ExecutionDetail } from "./types.ts";

const VERSIONS = [
  { value: "current", label: "The version that is live now" },
  { value: "original", label: "The version that ran it then" },
] as const;

interface ReplayEditedProps {
  params: { namespaceId: string; executionId: string };
  detail: ExecutionDetail;
  onClose(): void;
  onStarted(executionId: string): void;
}

/** The recorded event once more, with another body. */
export function ReplayEdited({ params, detail, onClose, onStarted }: ReplayEditedProps) {
  const [text, setText] = useState(() => jsonOf(detail.input));
  const [deployment, setDeployment] = useState<"current" | "original">("current");
  const replay = useChange("replayExecution");
  const value = readJson(text);
  const run = async () => {
    if (value === undefined) return;
    const input = { kind: "json" as const, value: value.json };
    const { executionId } = await replay.mutateAsync({ params, body: { deployment, input } });
    onClose();
    onStarted(executionId);
  };
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title="Replay with another input"
      lead="The headers stay as they were recorded; the body is what stands here, as JSON."
    >
      <CodeEditor
        label="Input"
        language="json"
        value={text}
        onChange={setText}
        isInvalid={value === undefined}
      />
      {value === undefined ? <p className="mt-1 text-danger">This is not JSON yet.</p> : undefined}
      <Field label="Version" className="mt-4">
        <Select
          label="Version"
          value={deployment}
          options={VERSIONS}
          onChange={(next) => setDeployment(next as "current" | "original")}
        />
      </Field>
      <Problem error={replay.error} />
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <Button
          look="primary"
          disabled={value === undefined}
          isBusy={replay.isPending}
          onClick={() => void run().catch(() => undefined)}
        >
          Replay
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function jsonOf(input: ExecutionDetail["input"]): string {
  if (input === undefined) return "{}";
  return JSON.stringify(input.value, undefined, 2);
}
