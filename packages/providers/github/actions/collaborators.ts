import type { Octokit } from "@octokit/rest";
import { type Answer, ask, type InRepository, isThere, type Paged, tell } from "./ask.ts";

type Permission = "pull" | "triage" | "push" | "maintain" | "admin";

export const collaboratorActions = {
  listCollaborators: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      affiliation,
      permission,
      perPage: per_page,
      page,
    }: InRepository & Paged & { affiliation?: "outside" | "direct" | "all"; permission?: Permission },
  ): Answer<"repos", "listCollaborators"> =>
    ask(octokit, "repos", "listCollaborators", { owner, repo, affiliation, permission, per_page, page }),
  isCollaborator: (
    octokit: Octokit,
    { owner, repository: repo, username }: InRepository & { username: string },
  ): Promise<boolean> => isThere(octokit, "repos", "checkCollaborator", { owner, repo, username }),
  getCollaboratorPermission: (
    octokit: Octokit,
    { owner, repository: repo, username }: InRepository & { username: string },
  ): Answer<"repos", "getCollaboratorPermissionLevel"> =>
    ask(octokit, "repos", "getCollaboratorPermissionLevel", { owner, repo, username }),
  /** Invites the account; one that is a collaborator already gets this permission. */
  addCollaborator: (
    octokit: Octokit,
    {
      owner,
      repository: repo,
      username,
      permission,
    }: InRepository & { username: string; permission?: Permission },
  ): Answer<"repos", "addCollaborator"> =>
    ask(octokit, "repos", "addCollaborator", { owner, repo, username, permission }),
  removeCollaborator: (
    octokit: Octokit,
    { owner, repository: repo, username }: InRepository & { username: string },
  ): Promise<void> => tell(octokit, "repos", "removeCollaborator", { owner, repo, username }),
};
