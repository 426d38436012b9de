import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged, tell } from "./ask.ts";

type RunStatus =
  | "completed"
  | "action_required"
  | "cancelled"
  | "failure"
  | "neutral"
  | "skipped"
  | "stale"
  | "success"
  | "timed_out"
  | "in_progress"
  | "queued"
  | "requested"
  | "waiting"
  | "pending";

export const workflowRunActions = {
  listWorkflows: (
    octokit: Octokit,
    { owner, repository: repo, perPage: per_page, page }: InRepository & Paged,
  ): Answer<"actions", "listRepoWorkflows"> =>
    ask(octokit, "actions", "listRepoWorkflows", { owner, repo, per_page, page }),
  /** `workflowId` is a number or the file's name: `ci.yml`. */
  getWorkflow: (
    octokit: Octokit,
    { owner, repository: repo, workflowId: workflow_id }: InRepository & { workflowId: number | string },
  ): Answer<"actions", "getWorkflow"> => ask(octokit, "actions", "getWorkflow", { owner, repo, workflow_id }),
  /** Runs a workflow that has `workflow_dispatch`; `workflowId` is a number or the file's name: `ci.yml`. */
  triggerWorkflow: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      workflowId: workflow_id,
      ref,
      inputs,
    }: InRepository & { workflowId: number | string; ref: string; inputs?: Record<string, unknown> },
  ): Promise<void> =>
    tell(octokit, "actions", "createWorkflowDispatch", { owner, repo, workflow_id, ref, inputs }),
  enableWorkflow: (
    octokit: Octokit,
    { owner, repository: repo, workflowId: workflow_id }: InRepository & { workflowId: number | string },
  ): Promise<void> => tell(octokit, "actions", "enableWorkflow", { owner, repo, workflow_id }),
  disableWorkflow: (
    octokit: Octokit,
    { owner, repository: repo, workflowId: workflow_id }: InRepository & { workflowId: number | string },
  ): Promise<void> => tell(octokit, "actions", "disableWorkflow", { owner, repo, workflow_id }),
  /** Of one workflow. */
  listWorkflowRuns: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      workflowId: workflow_id,
      actor,
      branch,
      event,
      status,
      created,
      headSha: head_sha,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & {
        workflowId: number | string;
        actor?: string;
        branch?: string;
        event?: string;
        status?: RunStatus;
        created?: string;
        headSha?: string;
      },
  ): Answer<"actions", "listWorkflowRuns"> =>
    ask(octokit, "actions", "listWorkflowRuns", {
      owner,
      repo,
      workflow_id,
      actor,
      branch,
      event,
      status,
      created,
      head_sha,
      per_page,
      page,
    }),
  /** Of all workflows. */
  listRepositoryWorkflowRuns: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      actor,
      branch,
      event,
      status,
      created,
      headSha: head_sha,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & {
        actor?: string;
        branch?: string;
        event?: string;
        status?: RunStatus;
        created?: string;
        headSha?: string;
      },
  ): Answer<"actions", "listWorkflowRunsForRepo"> =>
    ask(octokit, "actions", "listWorkflowRunsForRepo", {
      owner,
      repo,
      actor,
      branch,
      event,
      status,
      created,
      head_sha,
      per_page,
      page,
    }),
  getWorkflowRun: (
    octokit: Octokit,
    { owner, repository: repo, runId: run_id }: InRepository & { runId: number },
  ): Answer<"actions", "getWorkflowRun"> =>
    ask(octokit, "actions", "getWorkflowRun", { owner, repo, run_id }),
  cancelWorkflowRun: (
    octokit: Octokit,
    { owner, repository: repo, runId: run_id }: InRepository & { runId: number },
  ): Promise<void> => tell(octokit, "actions", "cancelWorkflowRun", { owner, repo, run_id }),
  rerunWorkflowRun: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      runId: run_id,
      enableDebugLogging: enable_debug_logging,
    }: InRepository & { runId: number; enableDebugLogging?: boolean },
  ): Promise<void> =>
    tell(octokit, "actions", "reRunWorkflow", { owner, repo, run_id, enable_debug_logging }),
  rerunFailedJobs: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      runId: run_id,
      enableDebugLogging: enable_debug_logging,
    }: InRepository & { runId: number; enableDebugLogging?: boolean },
  ): Promise<void> =>
    tell(octokit, "actions", "reRunWorkflowFailedJobs", { owner, repo, run_id, enable_debug_logging }),
  deleteWorkflowRun: (
    octokit: Octokit,
    { owner, repository: repo, runId: run_id }: InRepository & { runId: number },
  ): Promise<void> => tell(octokit, "actions", "deleteWorkflowRun", { owner, repo, run_id }),
  listWorkflowRunJobs: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      runId: run_id,
      filter,
      perPage: per_page,
      page,
    }: InRepository & Paged & { runId: number; filter?: "latest" | "all" },
  ): Answer<"actions", "listJobsForWorkflowRun"> =>
    ask(octokit, "actions", "listJobsForWorkflowRun", { owner, repo, run_id, filter, per_page, page }),
  listWorkflowRunArtifacts: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      runId: run_id,
      name,
      perPage: per_page,
      page,
    }: InRepository & Paged & { runId: number; name?: string },
  ): Answer<"actions", "listWorkflowRunArtifacts"> =>
    ask(octokit, "actions", "listWorkflowRunArtifacts", { owner, repo, run_id, name, per_page, page }),
};
