import type { Octokit } from "@octokit/rest";
import {
  type Answer,
  ask,
  type Direction,
  type InRepository,
  isThere,
  type Paged,
  type State,
} from "./ask.ts";

export const pullRequestActions = {
  /** `head` is a branch, of a fork as `owner:branch`. */
  createPullRequest: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      title,
      head,
      base,
      body,
      draft,
      maintainerCanModify: maintainer_can_modify,
    }: InRepository & {
      title: string;
      head: string;
      base: string;
      body?: string;
      draft?: boolean;
      maintainerCanModify?: boolean;
    },
  ): Answer<"pulls", "create"> =>
    ask(octokit, "pulls", "create", { owner, repo, title, head, base, body, draft, maintainer_can_modify }),
  getPullRequest: (
    octokit: Octokit,
    { owner, repository: repo, pullNumber: pull_number }: InRepository & { pullNumber: number },
  ): Answer<"pulls", "get"> => ask(octokit, "pulls", "get", { owner, repo, pull_number }),
  listPullRequests: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      state,
      head,
      base,
      sort,
      direction,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & {
        state?: State;
        head?: string;
        base?: string;
        sort?: "created" | "updated" | "popularity" | "long-running";
        direction?: Direction;
      },
  ): Answer<"pulls", "list"> =>
    ask(octokit, "pulls", "list", { owner, repo, state, head, base, sort, direction, per_page, page }),
  updatePullRequest: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      title,
      body,
      state,
      base,
      maintainerCanModify: maintainer_can_modify,
    }: InRepository & {
      pullNumber: number;
      title?: string;
      body?: string;
      state?: "open" | "closed";
      base?: string;
      maintainerCanModify?: boolean;
    },
  ): Answer<"pulls", "update"> =>
    ask(octokit, "pulls", "update", {
      owner,
      repo,
      pull_number,
      title,
      body,
      state,
      base,
      maintainer_can_modify,
    }),
  closePullRequest: (
    octokit: Octokit,
    { owner, repository: repo, pullNumber: pull_number }: InRepository & { pullNumber: number },
  ): Answer<"pulls", "update"> =>
    ask(octokit, "pulls", "update", { owner, repo, pull_number, state: "closed" }),
  /** Refused (409) when the head is no longer at `sha`. */
  mergePullRequest: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      mergeMethod: merge_method,
      commitTitle: commit_title,
      commitMessage: commit_message,
      sha,
    }: InRepository & {
      pullNumber: number;
      mergeMethod?: "merge" | "squash" | "rebase";
      commitTitle?: string;
      commitMessage?: string;
      sha?: string;
    },
  ): Answer<"pulls", "merge"> =>
    ask(octokit, "pulls", "merge", {
      owner,
      repo,
      pull_number,
      merge_method,
      commit_title,
      commit_message,
      sha,
    }),
  isPullRequestMerged: (
    octokit: Octokit,
    { owner, repository: repo, pullNumber: pull_number }: InRepository & { pullNumber: number },
  ): Promise<boolean> => isThere(octokit, "pulls", "checkIfMerged", { owner, repo, pull_number }),
  listPullRequestFiles: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      perPage: per_page,
      page,
    }: InRepository & Paged & { pullNumber: number },
  ): Answer<"pulls", "listFiles"> =>
    ask(octokit, "pulls", "listFiles", { owner, repo, pull_number, per_page, page }),
  listPullRequestCommits: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      perPage: per_page,
      page,
    }: InRepository & Paged & { pullNumber: number },
  ): Answer<"pulls", "listCommits"> =>
    ask(octokit, "pulls", "listCommits", { owner, repo, pull_number, per_page, page }),
  /** Merges the base branch into it. */
  updatePullRequestBranch: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      expectedHeadSha: expected_head_sha,
    }: InRepository & { pullNumber: number; expectedHeadSha?: string },
  ): Answer<"pulls", "updateBranch"> =>
    ask(octokit, "pulls", "updateBranch", { owner, repo, pull_number, expected_head_sha }),
  requestReviewers: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      reviewers,
      teamReviewers: team_reviewers,
    }: InRepository & { pullNumber: number; reviewers?: string[]; teamReviewers?: string[] },
  ): Answer<"pulls", "requestReviewers"> =>
    ask(octokit, "pulls", "requestReviewers", { owner, repo, pull_number, reviewers, team_reviewers }),
  removeReviewers: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      pullNumber: pull_number,
      reviewers,
      teamReviewers: team_reviewers,
    }: InRepository & { pullNumber: number; reviewers: string[]; teamReviewers?: string[] },
  ): Answer<"pulls", "removeRequestedReviewers"> =>
    ask(octokit, "pulls", "removeRequestedReviewers", {
      owner,
      repo,
      pull_number,
      reviewers,
      team_reviewers,
    }),
  listRequestedReviewers: (
    octokit: Octokit,
    { owner, repository: repo, pullNumber: pull_number }: InRepository & { pullNumber: number },
  ): Answer<"pulls", "listRequestedReviewers"> =>
    ask(octokit, "pulls", "listRequestedReviewers", { owner, repo, pull_number }),
};
