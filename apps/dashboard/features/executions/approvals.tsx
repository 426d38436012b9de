import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";

interface ApprovalsProps {
  params: { namespaceId: string; executionId: string };
}

/** What the run asks a person. Nothing, while it asks nobody. */
export function Approvals({ params: { namespaceId, executionId } }: ApprovalsProps) {
  const waits = useApi("listWaits", { params: { namespaceId }, query: { kind: "approval" } });
  const asked = waits.data?.items.filter((wait) => wait.executionId === executionId) ?? [];
  return asked.map((wait) => (
    <Approval
      key={wait.id}
      params={{ namespaceId, waitId: wait.id }}
      title={wait.name ?? wait.key}
      dueAt={wait.dueAt}
    />
  ));
}

interface ApprovalProps {
  params: { namespaceId: string; waitId: string };
  title: string;
  dueAt: string;
}

function Approval({ params, title, dueAt }: ApprovalProps) {
  const mayDecide = useMay("execution.write");
  const answer = useChange("answerApproval");
  const [comment, setComment] = useState("");
  const decide = (approved: boolean) =>
    void answer
      .mutateAsync({ params, body: { approved, ...(comment === "" ? {} : { comment }) } })
      .catch(() => undefined);
  return (
    <Card title="Waits for a decision">
      <p className="font-medium [overflow-wrap:anywhere]">{title}</p>
      <p className="text-soft">
        Times out <Ago at={dueAt} />
      </p>
      {mayDecide ? (
        <div className="mt-3 flex flex-wrap items-end gap-2">
          <Field label="Comment" className="min-w-48 flex-1">
            <Input
              value={comment}
              maxLength={2_000}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
          </Field>
          <Button isBusy={answer.isPending} onClick={() => decide(false)}>
            Decline
          </Button>
          <Button look="primary" isBusy={answer.isPending} onClick={() => decide(true)}>
            Approve
          </Button>
        </div>
      ) : undefined}
      <Problem error={answer.error} />
    </Card>
  );
}
