import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { findExecutionDetail } from "../../domain/executions/store.ts";
import {
  answerWait,
  approvalValue,
  COMMENT_CHARACTERS_MAX,
  getWait,
} from "../../domain/journal/answer-wait.ts";
import type { OutsideWait } from "../../domain/journal/store.ts";
import { findWorkflow } from "../../domain/workflows/store.ts";
import { html } from "./html.ts";
import type { Page, PageCall, PageResult } from "./page.ts";

/** `/approvals?token=…`: what a run asks. Visiting shows it; only the buttons decide. The link itself is the permission. */
export const approvalPage: Page = {
  path: "/approvals",

  get: async (call) => {
    const token = call.url.searchParams.get("token") ?? "";
    return ask(call, token, await waitOf(call, token));
  },

  post: async (call) => {
    const { context, form, person } = call;
    const wait = await waitOf(call, form.get("approval") ?? "");
    const decision = form.get("decision");
    if (decision !== "approve" && decision !== "decline")
      throw new FlowwError("INPUT_INVALID", "The form has no decision.");
    const comment = form.get("comment") ?? undefined;
    const approved = decision === "approve";
    await answerWait(context, wait, approvalValue({ approved, by: person?.email, comment }));
    return {
      title: approved ? "Approved" : "Declined",
      body: html`<p>The run goes on. You can close this page.</p>`,
    };
  },
};

function waitOf({ context }: PageCall, token: string): Promise<OutsideWait> {
  return getWait(context, { id: context.links.read("approval", token), kind: "approval" });
}

async function ask({ context, person }: PageCall, token: string, wait: OutsideWait): Promise<PageResult> {
  const { namespaceId, executionId } = wait;
  const execution = await findExecutionDetail(context.database, namespaceId, executionId);
  const workflow =
    execution === undefined
      ? undefined
      : await findWorkflow(context.database, namespaceId, execution.workflowId);
  const until = `${wait.dueAt.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return {
    title: wait.name?.toString("utf8") ?? "An approval",
    body: html`<p>A workflow asks for a decision before it goes on.</p>
<dl>
<div><dt>Workflow</dt><dd>${workflow?.name ?? "unknown"}</dd></div>
<div><dt>Run</dt><dd>${formatId("execution", executionId)}</dd></div>
<div><dt>Answer until</dt><dd>${until}</dd></div>
<div><dt>Answers as</dt><dd>${person?.email ?? "whoever has this link"}</dd></div>
</dl>
<form method="post" action="/approvals">
<input type="hidden" name="approval" value="${token}">
<label><span>Comment</span>
<input name="comment" type="text" maxlength="${COMMENT_CHARACTERS_MAX}" autocomplete="off"></label>
<div class="choice">
<button class="plain" name="decision" value="decline">Decline</button>
<button name="decision" value="approve">Approve</button>
</div>
</form>`,
  };
}
