import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type Direction, type Paged } from "./ask.ts";

export const searchActions = {
  searchRepositories: (
    octokit: Octokit,
    {
      query: q,
      sort,
      order,
      perPage: per_page,
      page,
    }: Paged & {
      query: string;
      sort?: "stars" | "forks" | "help-wanted-issues" | "updated";
      order?: Direction;
    },
  ): Answer<"search", "repos"> => ask(octokit, "search", "repos", { q, sort, order, per_page, page }),
  /** Issues and pull requests; `is:issue` or `is:pull-request` in the query tells them apart. */
  searchIssues: (
    octokit: Octokit,
    {
      query: q,
      sort,
      order,
      perPage: per_page,
      page,
    }: Paged & {
      query: string;
      sort?: "comments" | "reactions" | "interactions" | "created" | "updated";
      order?: Direction;
    },
  ): Answer<"search", "issuesAndPullRequests"> =>
    ask(octokit, "search", "issuesAndPullRequests", { q, sort, order, per_page, page }),
  searchCode: (
    octokit: Octokit,
    { query: q, perPage: per_page, page }: Paged & { query: string },
  ): Answer<"search", "code"> => ask(octokit, "search", "code", { q, per_page, page }),
  searchCommits: (
    octokit: Octokit,
    {
      query: q,
      sort,
      order,
      perPage: per_page,
      page,
    }: Paged & { query: string; sort?: "author-date" | "committer-date"; order?: Direction },
  ): Answer<"search", "commits"> => ask(octokit, "search", "commits", { q, sort, order, per_page, page }),
  searchUsers: (
    octokit: Octokit,
    {
      query: q,
      sort,
      order,
      perPage: per_page,
      page,
    }: Paged & { query: string; sort?: "followers" | "repositories" | "joined"; order?: Direction },
  ): Answer<"search", "users"> => ask(octokit, "search", "users", { q, sort, order, per_page, page }),
};
