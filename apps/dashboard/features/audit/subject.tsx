import { idPrefixes } from "@floww/contract/ids";
import { Link } from "@tanstack/react-router";
import { plainWords } from "./action-words.ts";

interface SubjectProps {
  /** The parameter's name, `workflowId`. */
  name: string;
  id: string;
  /** What people call it, where that is known. */
  known: string | undefined;
  /** Everything that was acted on: some addresses are made of two. */
  subjects: Readonly<Record<string, string>>;
}

/** One thing that was acted on: a link where a screen shows it. */
export function Subject({ name, id, known, subjects }: SubjectProps) {
  const { namespaceId } = subjects;
  const text = known ?? id;
  const kind = kindOf(name, id);
  const shown = (
    <>
      <span className="text-soft">{kind}</span>{" "}
      <span className={known === undefined ? "font-mono text-xs" : undefined}>{text}</span>
    </>
  );
  const className = "underline decoration-line underline-offset-2 hover:decoration-ink";
  if (name === "namespaceId")
    return (
      <Link to="/ns/$namespaceId/settings" params={{ namespaceId: id }} className={className}>
        {shown}
      </Link>
    );
  if (name === "executionId" && namespaceId !== undefined)
    return (
      <Link
        to="/ns/$namespaceId/executions/$executionId"
        params={{ namespaceId, executionId: id }}
        className={className}
      >
        {shown}
      </Link>
    );
  return <span>{shown}</span>;
}

/** Of the id's own prefix: what was made is called `id` and nothing else. */
function kindOf(name: string, id: string): string {
  const prefix = id.split("_", 1)[0];
  const kind = Object.entries(idPrefixes).find(([, one]) => one === prefix)?.[0] ?? name;
  return plainWords(kind);
}
