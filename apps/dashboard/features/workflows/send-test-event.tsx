import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { formatDuration } from "../../lib/format.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { ContentView } from "../../ui/content-view.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input, TextArea } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import type { Trigger, WorkflowParams } from "./types.ts";

const WITHOUT_BODY = new Set(["GET", "HEAD", "DELETE", "OPTIONS"]);
const BAD_FROM = 400;

interface SendTestEventProps {
  params: WorkflowParams;
  trigger: Trigger;
  onClose(): void;
}

/** A request as a caller would send it, and what the caller would get. */
export function SendTestEvent({ params, trigger, onClose }: SendTestEventProps) {
  const send = useChange("sendTestEvent");
  const [body, setBody] = useState("{}");
  const method = trigger.method ?? "POST";
  const hasBody = !WITHOUT_BODY.has(method);
  const names = pathParameters(trigger.url);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const query = String(form.get("query") ?? "");
    await send.mutateAsync({
      params: { ...params, triggerId: trigger.id },
      body: {
        params: Object.fromEntries(names.map((name) => [name, String(form.get(parameterField(name)) ?? "")])),
        headers: readHeaders(String(form.get("headers") ?? "")),
        ...(query === "" ? {} : { query: query.startsWith("?") ? query : `?${query}` }),
        ...(hasBody ? { body } : {}),
      },
    });
  };
  const { data: answer } = send;
  return (
    <Dialog
      isOpen
      isWide
      onClose={onClose}
      title="Send a test event"
      lead={`${method} ${trigger.url ?? ""}: recorded and run like any other.`}
    >
      <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
        {names.map((name) => (
          <Field key={name} label={name} help="In the path">
            <Input name={parameterField(name)} required autoComplete="off" />
          </Field>
        ))}
        {hasBody ? (
          <div className="grid gap-1">
            <p className="font-medium">Body</p>
            <CodeEditor label="Body" language="json" value={body} onChange={setBody} />
          </div>
        ) : undefined}
        <Field label="Headers" help="One on each line, as name: value">
          <TextArea name="headers" rows={2} defaultValue={hasBody ? "content-type: application/json" : ""} />
        </Field>
        <Field label="Query">
          <Input name="query" placeholder="?name=value" autoComplete="off" />
        </Field>
        <Problem error={send.error} />
        <DialogActions>
          <Button onClick={onClose}>Close</Button>
          <Button look="primary" type="submit" isBusy={send.isPending}>
            Send
          </Button>
        </DialogActions>
      </form>
      {answer === undefined ? undefined : (
        <section aria-label="Answer" role="status" className="mt-4 border-t pt-4">
          <p className="flex flex-wrap items-center gap-3">
            <Badge tone={answer.status < BAD_FROM ? "good" : "danger"}>HTTP {answer.status}</Badge>
            <span className="text-soft">in {formatDuration(answer.durationMs)}</span>
            {answer.executionId === undefined ? undefined : (
              <Link
                to="/ns/$namespaceId/executions/$executionId"
                params={{ namespaceId: params.namespaceId, executionId: answer.executionId }}
                className="text-accent hover:underline"
              >
                Look at its execution
              </Link>
            )}
          </p>
          {answer.body === undefined ? undefined : (
            <div className="mt-3">
              <ContentView label="Answer" content={answer.body} />
            </div>
          )}
          {answer.isCut ? (
            <p className="mt-1 text-soft">The answer is longer than what is shown.</p>
          ) : undefined}
        </section>
      )}
    </Dialog>
  );
}

/** The `:name`s of a webhook's address. */
function pathParameters(url = ""): string[] {
  return url
    .split("/")
    .filter((segment) => segment.startsWith(":"))
    .map((segment) => segment.slice(1));
}

/** Beside the form's own fields, whatever the author called it. */
function parameterField(name: string): string {
  return `path:${name}`;
}

function readHeaders(text: string): [string, string][] {
  return text
    .split("\n")
    .filter((line) => line.includes(":"))
    .map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
}
