import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type Direction, type InRepository, type Paged, tell } from "./ask.ts";

export const repositoryActions = {
  getRepository: (octokit: Octokit, { owner, repository: repo }: InRepository): Answer<"repos", "get"> =>
    ask(octokit, "repos", "get", { owner, repo }),
  /** The repositories that the token's account can see. */
  listRepositories: (
    octokit: Octokit,
    {
      visibility,
      affiliation,
      type,
      sort,
      direction,
      perPage: per_page,
      page,
    }: Paged & {
      visibility?: "all" | "public" | "private";
      affiliation?: string;
      type?: "all" | "owner" | "public" | "private" | "member";
      sort?: "created" | "updated" | "pushed" | "full_name";
      direction?: Direction;
    },
  ): Answer<"repos", "listForAuthenticatedUser"> =>
    ask(octokit, "repos", "listForAuthenticatedUser", {
      visibility,
      affiliation,
      type,
      sort,
      direction,
      per_page,
      page,
    }),
  listUserRepositories: (
    octokit: Octokit,
    {
      username,
      type,
      sort,
      direction,
      perPage: per_page,
      page,
    }: Paged & {
      username: string;
      type?: "all" | "owner" | "member";
      sort?: "created" | "updated" | "pushed" | "full_name";
      direction?: Direction;
    },
  ): Answer<"repos", "listForUser"> =>
    ask(octokit, "repos", "listForUser", { username, type, sort, direction, per_page, page }),
  listOrganizationRepositories: (
    octokit: Octokit,
    {
      organization: org,
      type,
      sort,
      direction,
      perPage: per_page,
      page,
    }: Paged & {
      organization: string;
      type?: "all" | "public" | "private" | "forks" | "sources" | "member";
      sort?: "created" | "updated" | "pushed" | "full_name";
      direction?: Direction;
    },
  ): Answer<"repos", "listForOrg"> =>
    ask(octokit, "repos", "listForOrg", { org, type, sort, direction, per_page, page }),
  /** In the account of the token. */
  createRepository: (
    octokit: Octokit,
    {
      name,
      description,
      homepage,
      private: isPrivate,
      autoInit: auto_init,
      hasIssues: has_issues,
      hasWiki: has_wiki,
      gitignoreTemplate: gitignore_template,
      licenseTemplate: license_template,
    }: {
      name: string;
      description?: string;
      homepage?: string;
      private?: boolean;
      autoInit?: boolean;
      hasIssues?: boolean;
      hasWiki?: boolean;
      gitignoreTemplate?: string;
      licenseTemplate?: string;
    },
  ): Answer<"repos", "createForAuthenticatedUser"> =>
    ask(octokit, "repos", "createForAuthenticatedUser", {
      name,
      description,
      homepage,
      private: isPrivate,
      auto_init,
      has_issues,
      has_wiki,
      gitignore_template,
      license_template,
    }),
  createOrganizationRepository: (
    octokit: Octokit,
    {
      organization: org,
      name,
      description,
      homepage,
      private: isPrivate,
      visibility,
      autoInit: auto_init,
      hasIssues: has_issues,
      hasWiki: has_wiki,
      teamId: team_id,
      gitignoreTemplate: gitignore_template,
      licenseTemplate: license_template,
    }: {
      organization: string;
      name: string;
      description?: string;
      homepage?: string;
      private?: boolean;
      visibility?: "public" | "private";
      autoInit?: boolean;
      hasIssues?: boolean;
      hasWiki?: boolean;
      teamId?: number;
      gitignoreTemplate?: string;
      licenseTemplate?: string;
    },
  ): Answer<"repos", "createInOrg"> =>
    ask(octokit, "repos", "createInOrg", {
      org,
      name,
      description,
      homepage,
      private: isPrivate,
      visibility,
      auto_init,
      has_issues,
      has_wiki,
      team_id,
      gitignore_template,
      license_template,
    }),
  updateRepository: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      name,
      description,
      homepage,
      private: isPrivate,
      defaultBranch: default_branch,
      hasIssues: has_issues,
      hasWiki: has_wiki,
      archived,
      allowSquashMerge: allow_squash_merge,
      allowMergeCommit: allow_merge_commit,
      allowRebaseMerge: allow_rebase_merge,
      deleteBranchOnMerge: delete_branch_on_merge,
    }: InRepository & {
      name?: string;
      description?: string;
      homepage?: string;
      private?: boolean;
      defaultBranch?: string;
      hasIssues?: boolean;
      hasWiki?: boolean;
      archived?: boolean;
      allowSquashMerge?: boolean;
      allowMergeCommit?: boolean;
      allowRebaseMerge?: boolean;
      deleteBranchOnMerge?: boolean;
    },
  ): Answer<"repos", "update"> =>
    ask(octokit, "repos", "update", {
      owner,
      repo,
      name,
      description,
      homepage,
      private: isPrivate,
      default_branch,
      has_issues,
      has_wiki,
      archived,
      allow_squash_merge,
      allow_merge_commit,
      allow_rebase_merge,
      delete_branch_on_merge,
    }),
  /** It is gone, with everything in it. */
  deleteRepository: (octokit: Octokit, { owner, repository: repo }: InRepository): Promise<void> =>
    tell(octokit, "repos", "delete", { owner, repo }),
  /** Accepted at once; GitHub fills the fork a little later. */
  forkRepository: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      organization,
      name,
      defaultBranchOnly: default_branch_only,
    }: InRepository & { organization?: string; name?: string; defaultBranchOnly?: boolean },
  ): Answer<"repos", "createFork"> =>
    ask(octokit, "repos", "createFork", { owner, repo, organization, name, default_branch_only }),
  listForks: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      sort,
      perPage: per_page,
      page,
    }: InRepository & Paged & { sort?: "newest" | "oldest" | "stargazers" | "watchers" },
  ): Answer<"repos", "listForks"> =>
    ask(octokit, "repos", "listForks", { owner, repo, sort, per_page, page }),
  listContributors: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      anonymous,
      perPage: per_page,
      page,
    }: InRepository & Paged & { anonymous?: boolean },
  ): Answer<"repos", "listContributors"> =>
    ask(octokit, "repos", "listContributors", {
      owner,
      repo,
      anon: anonymous === true ? "true" : undefined,
      per_page,
      page,
    }),
  /** Bytes of code by language. */
  listLanguages: (
    octokit: Octokit,
    { owner, repository: repo }: InRepository,
  ): Answer<"repos", "listLanguages"> => ask(octokit, "repos", "listLanguages", { owner, repo }),
  listTopics: (
    octokit: Octokit,
    { owner, repository: repo, perPage: per_page, page }: InRepository & Paged,
  ): Answer<"repos", "getAllTopics"> =>
    ask(octokit, "repos", "getAllTopics", { owner, repo, per_page, page }),
  replaceTopics: (
    octokit: Octokit,
    { owner, repository: repo, names }: InRepository & { names: string[] },
  ): Answer<"repos", "replaceAllTopics"> => ask(octokit, "repos", "replaceAllTopics", { owner, repo, names }),
  /** Starts workflows of GitHub Actions that listen for `repository_dispatch`. */
  dispatchEvent: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      eventType: event_type,
      clientPayload: client_payload,
    }: InRepository & { eventType: string; clientPayload?: Record<string, unknown> },
  ): Promise<void> =>
    tell(octokit, "repos", "createDispatchEvent", { owner, repo, event_type, client_payload }),
};
