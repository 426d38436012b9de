import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged, tell } from "./ask.ts";

type Reaction = "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";

export const commentActions = {
  /** On an issue, or on a pull request by its number. */
  createIssueComment: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      body,
    }: InRepository & { issueNumber: number; body: string },
  ): Answer<"issues", "createComment"> =>
    ask(octokit, "issues", "createComment", { owner, repo, issue_number, body }),
  getIssueComment: (
    octokit: Octokit,
    { owner, repository: repo, commentId: comment_id }: InRepository & { commentId: number },
  ): Answer<"issues", "getComment"> => ask(octokit, "issues", "getComment", { owner, repo, comment_id }),
  listIssueComments: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      since,
      perPage: per_page,
      page,
    }: InRepository & Paged & { issueNumber: number; since?: string },
  ): Answer<"issues", "listComments"> =>
    ask(octokit, "issues", "listComments", { owner, repo, issue_number, since, per_page, page }),
  updateIssueComment: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      commentId: comment_id,
      body,
    }: InRepository & { commentId: number; body: string },
  ): Answer<"issues", "updateComment"> =>
    ask(octokit, "issues", "updateComment", { owner, repo, comment_id, body }),
  deleteIssueComment: (
    octokit: Octokit,
    { owner, repository: repo, commentId: comment_id }: InRepository & { commentId: number },
  ): Promise<void> => tell(octokit, "issues", "deleteComment", { owner, repo, comment_id }),
  addIssueReaction: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      issueNumber: issue_number,
      content,
    }: InRepository & { issueNumber: number; content: Reaction },
  ): Answer<"reactions", "createForIssue"> =>
    ask(octokit, "reactions", "createForIssue", { owner, repo, issue_number, content }),
  /** On a comment of an issue or a pull request. */
  addCommentReaction: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      commentId: comment_id,
      content,
    }: InRepository & { commentId: number; content: Reaction },
  ): Answer<"reactions", "createForIssueComment"> =>
    ask(octokit, "reactions", "createForIssueComment", { owner, repo, comment_id, content }),
  createCommitComment: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      commitSha: commit_sha,
      body,
      path,
      position,
    }: InRepository & { commitSha: string; body: string; path?: string; position?: number },
  ): Answer<"repos", "createCommitComment"> =>
    ask(octokit, "repos", "createCommitComment", { owner, repo, commit_sha, body, path, position }),
  listCommitComments: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      commitSha: commit_sha,
      perPage: per_page,
      page,
    }: InRepository & Paged & { commitSha: string },
  ): Answer<"repos", "listCommentsForCommit"> =>
    ask(octokit, "repos", "listCommentsForCommit", { owner, repo, commit_sha, per_page, page }),
};
