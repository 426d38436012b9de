import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged } from "./ask.ts";

export const commitActions = {
  /** By its SHA, or the newest of a branch or tag. */
  getCommit: (
    octokit: Octokit,
    { owner, repository: repo, ref, perPage: per_page, page }: InRepository & Paged & { ref: string },
  ): Answer<"repos", "getCommit"> => ask(octokit, "repos", "getCommit", { owner, repo, ref, per_page, page }),
  listCommits: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      sha,
      path,
      author,
      since,
      until,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & { sha?: string; path?: string; author?: string; since?: string; until?: string },
  ): Answer<"repos", "listCommits"> =>
    ask(octokit, "repos", "listCommits", { owner, repo, sha, path, author, since, until, per_page, page }),
  compareCommits: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      base,
      head,
      perPage: per_page,
      page,
    }: InRepository & Paged & { base: string; head: string },
  ): Answer<"repos", "compareCommitsWithBasehead"> =>
    ask(octokit, "repos", "compareCommitsWithBasehead", {
      owner,
      repo,
      per_page,
      page,
      basehead: `${base}...${head}`,
    }),
  listPullRequestsOfCommit: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      commitSha: commit_sha,
      perPage: per_page,
      page,
    }: InRepository & Paged & { commitSha: string },
  ): Answer<"repos", "listPullRequestsAssociatedWithCommit"> =>
    ask(octokit, "repos", "listPullRequestsAssociatedWithCommit", {
      owner,
      repo,
      commit_sha,
      per_page,
      page,
    }),
  /** All statuses of a commit, and what they come to. */
  getCommitStatus: (
    octokit: Octokit,
    { owner, repository: repo, ref, perPage: per_page, page }: InRepository & Paged & { ref: string },
  ): Answer<"repos", "getCombinedStatusForRef"> =>
    ask(octokit, "repos", "getCombinedStatusForRef", { owner, repo, ref, per_page, page }),
  createCommitStatus: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      sha,
      state,
      context,
      description,
      targetUrl: target_url,
    }: InRepository & {
      sha: string;
      state: "error" | "failure" | "pending" | "success";
      context?: string;
      description?: string;
      targetUrl?: string;
    },
  ): Answer<"repos", "createCommitStatus"> =>
    ask(octokit, "repos", "createCommitStatus", {
      owner,
      repo,
      sha,
      state,
      context,
      description,
      target_url,
    }),
  listCheckRuns: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      ref,
      checkName: check_name,
      status,
      filter,
      perPage: per_page,
      page,
    }: InRepository &
      Paged & {
        ref: string;
        checkName?: string;
        status?: "queued" | "in_progress" | "completed";
        filter?: "latest" | "all";
      },
  ): Answer<"checks", "listForRef"> =>
    ask(octokit, "checks", "listForRef", { owner, repo, ref, check_name, status, filter, per_page, page }),
};
