import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, type Paged, tell } from "./ask.ts";

export const tagActions = {
  listTags: (
    octokit: Octokit,
    { owner, repository: repo, perPage: per_page, page }: InRepository & Paged,
  ): Answer<"repos", "listTags"> => ask(octokit, "repos", "listTags", { owner, repo, per_page, page }),
  /** With a `message` an annotated tag. */
  createTag: async (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      tag,
      sha,
      message,
    }: InRepository & { tag: string; sha: string; message?: string },
  ): Answer<"git", "createRef"> => {
    const target =
      message === undefined
        ? sha
        : (await ask(octokit, "git", "createTag", { owner, repo, tag, message, object: sha, type: "commit" }))
            .sha;
    return ask(octokit, "git", "createRef", { owner, repo, ref: `refs/tags/${tag}`, sha: target });
  },
  deleteTag: (
    octokit: Octokit,
    { owner, repository: repo, tag }: InRepository & { tag: string },
  ): Promise<void> => tell(octokit, "git", "deleteRef", { owner, repo, ref: `tags/${tag}` }),
};
