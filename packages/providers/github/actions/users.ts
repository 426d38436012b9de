import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type Paged } from "./ask.ts";

export const userActions = {
  /** The account of the token. */
  getAuthenticatedUser: (octokit: Octokit): Answer<"users", "getAuthenticated"> =>
    ask(octokit, "users", "getAuthenticated", {}),
  getUser: (octokit: Octokit, { username }: { username: string }): Answer<"users", "getByUsername"> =>
    ask(octokit, "users", "getByUsername", { username }),
  listFollowers: (
    octokit: Octokit,
    { username, perPage: per_page, page }: Paged & { username: string },
  ): Answer<"users", "listFollowersForUser"> =>
    ask(octokit, "users", "listFollowersForUser", { username, per_page, page }),
  getOrganization: (
    octokit: Octokit,
    { organization: org }: { organization: string },
  ): Answer<"orgs", "get"> => ask(octokit, "orgs", "get", { org }),
  listOrganizationMembers: (
    octokit: Octokit,
    {
      organization: org,
      role,
      perPage: per_page,
      page,
    }: Paged & { organization: string; role?: "all" | "admin" | "member" },
  ): Answer<"orgs", "listMembers"> => ask(octokit, "orgs", "listMembers", { org, role, per_page, page }),
  /** Those of the token's account. */
  listOrganizations: (
    octokit: Octokit,
    { perPage: per_page, page }: Paged,
  ): Answer<"orgs", "listForAuthenticatedUser"> =>
    ask(octokit, "orgs", "listForAuthenticatedUser", { per_page, page }),
};
