import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged, tell } from "./ask.ts";

export const branchActions = {
  listBranches: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      protected: isProtected,
      perPage: per_page,
      page,
    }: InRepository & Paged & { protected?: boolean },
  ): Answer<"repos", "listBranches"> =>
    ask(octokit, "repos", "listBranches", { owner, repo, protected: isProtected, per_page, page }),
  getBranch: (
    octokit: Octokit,
    { owner, repository: repo, branch }: InRepository & { branch: string },
  ): Answer<"repos", "getBranch"> => ask(octokit, "repos", "getBranch", { owner, repo, branch }),
  getBranchProtection: (
    octokit: Octokit,
    { owner, repository: repo, branch }: InRepository & { branch: string },
  ): Answer<"repos", "getBranchProtection"> =>
    ask(octokit, "repos", "getBranchProtection", { owner, repo, branch }),
  renameBranch: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      branch,
      newName: new_name,
    }: InRepository & { branch: string; newName: string },
  ): Answer<"repos", "renameBranch"> =>
    ask(octokit, "repos", "renameBranch", { owner, repo, branch, new_name }),
  /** Merges `head` into `base`; answers 409 where they conflict. */
  mergeBranch: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      base,
      head,
      commitMessage: commit_message,
    }: InRepository & { base: string; head: string; commitMessage?: string },
  ): Answer<"repos", "merge"> => ask(octokit, "repos", "merge", { owner, repo, base, head, commit_message }),
  /** At `sha`, or where the branch `from` is; by default where the default branch is. */
  createBranch: async (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      branch,
      sha,
      from,
    }: InRepository & { branch: string; sha?: string; from?: string },
  ): Answer<"git", "createRef"> => {
    const start = sha ?? (await headOf(octokit, { owner, repo, from }));
    return ask(octokit, "git", "createRef", { owner, repo, ref: `refs/heads/${branch}`, sha: start });
  },
  deleteBranch: (
    octokit: Octokit,
    { owner, repository: repo, branch }: InRepository & { branch: string },
  ): Promise<void> => tell(octokit, "git", "deleteRef", { owner, repo, ref: `heads/${branch}` }),
};

/** The commit that a branch is at. */
async function headOf(
  octokit: Octokit,
  { owner, repo, from }: { owner: string; repo: string; from: string | undefined },
): Promise<string> {
  const branch = from ?? (await ask(octokit, "repos", "get", { owner, repo })).default_branch;
  const { object } = await ask(octokit, "git", "getRef", { owner, repo, ref: `heads/${branch}` });
  return object.sha;
}
