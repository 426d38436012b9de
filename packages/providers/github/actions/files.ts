import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository } from "./ask.ts";

export interface FileChange extends InRepository {
  path: string;
  /** The commit's message. */
  message: string;
  /** Default: the repository's default branch. */
  branch?: string;
  committer?: Person;
  author?: Person;
}

interface Person {
  name: string;
  email: string;
}

export const fileActions = {
  /** A file (its `content` in base64), or a folder as a list; at `ref`, by default on the default branch. */
  getFile: (
    octokit: Octokit,
    { owner, repository: repo, path, ref }: InRepository & { path: string; ref?: string },
  ): Answer<"repos", "getContent"> => ask(octokit, "repos", "getContent", { owner, repo, path, ref }),
  getReadme: (
    octokit: Octokit,
    { owner, repository: repo, ref }: InRepository & { ref?: string },
  ): Answer<"repos", "getReadme"> => ask(octokit, "repos", "getReadme", { owner, repo, ref }),
  /** `content` is the file itself, text or bytes; `sha` is the one of the file that it replaces. */
  createOrUpdateFile: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      path,
      message,
      branch,
      committer,
      author,
      content,
      sha,
    }: FileChange & { content: string | Uint8Array; sha?: string },
  ): Answer<"repos", "createOrUpdateFileContents"> =>
    ask(octokit, "repos", "createOrUpdateFileContents", {
      owner,
      repo,
      path,
      message,
      branch,
      committer,
      author,
      content: base64Of(content),
      sha,
    }),
  deleteFile: (
    octokit: Octokit,
    { owner, repository: repo, path, message, branch, committer, author, sha }: FileChange & { sha: string },
  ): Answer<"repos", "deleteFile"> =>
    ask(octokit, "repos", "deleteFile", { owner, repo, path, message, branch, committer, author, sha }),
};

function base64Of(content: string | Uint8Array): string {
  return Buffer.from(content).toString("base64");
}
