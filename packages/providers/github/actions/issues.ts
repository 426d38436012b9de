import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type Direction, type InRepository, type Paged, type State, tell } from "./ask.ts";

export const issueActions = {
  createIssue: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      title,
      body,
      labels,
      assignees,
      milestone,
    }: InRepository & {
      title: string;
      body?: string;
      labels?: string[];
      assignees?: string[];
      milestone?: number | null;
    },
  ): Answer<"issues", "create"> =>
    ask(octokit, "issues", "create", { owner, repo, title, body, labels, assignees, milestone }),
  getIssue: (
    octokit: Octokit,
    { owner, repository: repo, issueNumber: issue_number }: InRepository & { issueNumber: number },
  ): Answer<"issues", "get"> => ask(octokit, "issues", "get", { owner, repo, issue_number }),
  /** Pull requests are among them, with `pull_request`. */
  listIssues: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      state,
      labels,
      assignee,
      creator,
      mentioned,
      milestone,
      sort,
      direction,
      since,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & {
        state?: State;
        labels?: string[];
        assignee?: string;
        creator?: string;
        mentioned?: string;
        milestone?: string;
        sort?: "created" | "updated" | "comments";
        direction?: Direction;
        since?: string;
      },
  ): Answer<"issues", "listForRepo"> =>
    ask(octokit, "issues", "listForRepo", {
      owner,
      repo,
      state,
      labels: labels?.join(","),
      assignee,
      creator,
      mentioned,
      milestone,
      sort,
      direction,
      since,
      per_page,
      page,
    }),
  updateIssue: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      title,
      body,
      state,
      stateReason: state_reason,
      labels,
      assignees,
      milestone,
    }: InRepository & {
      issueNumber: number;
      title?: string;
      body?: string;
      state?: "open" | "closed";
      stateReason?: "completed" | "not_planned" | "duplicate" | "reopened";
      labels?: string[];
      assignees?: string[];
      milestone?: number | null;
    },
  ): Answer<"issues", "update"> =>
    ask(octokit, "issues", "update", {
      owner,
      repo,
      issue_number,
      title,
      body,
      state,
      state_reason,
      labels,
      assignees,
      milestone,
    }),
  closeIssue: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      reason: state_reason,
    }: InRepository & { issueNumber: number; reason?: "completed" | "not_planned" | "duplicate" },
  ): Answer<"issues", "update"> =>
    ask(octokit, "issues", "update", { owner, repo, issue_number, state_reason, state: "closed" }),
  reopenIssue: (
    octokit: Octokit,
    { owner, repository: repo, issueNumber: issue_number }: InRepository & { issueNumber: number },
  ): Answer<"issues", "update"> =>
    ask(octokit, "issues", "update", { owner, repo, issue_number, state: "open" }),
  lockIssue: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      reason: lock_reason,
    }: InRepository & { issueNumber: number; reason?: "off-topic" | "too heated" | "resolved" | "spam" },
  ): Promise<void> => tell(octokit, "issues", "lock", { owner, repo, issue_number, lock_reason }),
  unlockIssue: (
    octokit: Octokit,
    { owner, repository: repo, issueNumber: issue_number }: InRepository & { issueNumber: number },
  ): Promise<void> => tell(octokit, "issues", "unlock", { owner, repo, issue_number }),
  addAssignees: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      assignees,
    }: InRepository & { issueNumber: number; assignees: string[] },
  ): Answer<"issues", "addAssignees"> =>
    ask(octokit, "issues", "addAssignees", { owner, repo, issue_number, assignees }),
  removeAssignees: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      assignees,
    }: InRepository & { issueNumber: number; assignees: string[] },
  ): Answer<"issues", "removeAssignees"> =>
    ask(octokit, "issues", "removeAssignees", { owner, repo, issue_number, assignees }),
  listIssueEvents: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      perPage: per_page,
      page,
    }: InRepository & Paged & { issueNumber: number },
  ): Answer<"issues", "listEvents"> =>
    ask(octokit, "issues", "listEvents", { owner, repo, issue_number, per_page, page }),
};
