import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged, tell } from "./ask.ts";

export const labelActions = {
  listLabels: (
    octokit: Octokit,
    { owner, repository: repo, perPage: per_page, page }: InRepository & Paged,
  ): Answer<"issues", "listLabelsForRepo"> =>
    ask(octokit, "issues", "listLabelsForRepo", { owner, repo, per_page, page }),
  getLabel: (
    octokit: Octokit,
    { owner, repository: repo, name }: InRepository & { name: string },
  ): Answer<"issues", "getLabel"> => ask(octokit, "issues", "getLabel", { owner, repo, name }),
  /** `color` in six hexadecimal digits, without `#`. */
  createLabel: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      name,
      color,
      description,
    }: InRepository & { name: string; color?: string; description?: string },
  ): Answer<"issues", "createLabel"> =>
    ask(octokit, "issues", "createLabel", { owner, repo, name, color, description }),
  updateLabel: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      name,
      newName: new_name,
      color,
      description,
    }: InRepository & { name: string; newName?: string; color?: string; description?: string },
  ): Answer<"issues", "updateLabel"> =>
    ask(octokit, "issues", "updateLabel", { owner, repo, name, new_name, color, description }),
  deleteLabel: (
    octokit: Octokit,
    { owner, repository: repo, name }: InRepository & { name: string },
  ): Promise<void> => tell(octokit, "issues", "deleteLabel", { owner, repo, name }),
  listIssueLabels: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      perPage: per_page,
      page,
    }: InRepository & Paged & { issueNumber: number },
  ): Answer<"issues", "listLabelsOnIssue"> =>
    ask(octokit, "issues", "listLabelsOnIssue", { owner, repo, issue_number, per_page, page }),
  addLabels: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      labels,
    }: InRepository & { issueNumber: number; labels: string[] },
  ): Answer<"issues", "addLabels"> =>
    ask(octokit, "issues", "addLabels", { owner, repo, issue_number, labels }),
  /** In place of those that the issue has. */
  setLabels: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      labels,
    }: InRepository & { issueNumber: number; labels: string[] },
  ): Answer<"issues", "setLabels"> =>
    ask(octokit, "issues", "setLabels", { owner, repo, issue_number, labels }),
  removeLabel: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      name,
    }: InRepository & { issueNumber: number; name: string },
  ): Answer<"issues", "removeLabel"> =>
    ask(octokit, "issues", "removeLabel", { owner, repo, issue_number, name }),
};
